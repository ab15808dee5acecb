import { type CostKind, type Limits, limitedCost } from "@collm/search-space";
import { formatCost, formatList, formatPercent, formatPlural } from "../html/format.js";
import type { SearchResult } from "../result/schema.js";

/** "validation top-1", or what it is when a formula made it. */
export function validationWords(result: SearchResult): string {
  return result.supernet.isSynthetic ? "synthetic validation top-1" : "validation top-1";
}

/** `within 330 M FLOPs and 5 M parameters`. */
export function limitWords(limits: Limits): string {
  const bounds = (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((name) => {
    const limit = limits[name];
    return limit === undefined ? [] : [formatCost(limit, limitedCost[name])];
  });
  return bounds.length > 0 ? `within ${formatList(bounds)}` : "without a cost limit";
}

/** The limit on a cost, if it has one. */
export function limitOf(limits: Limits, kind: CostKind): number | undefined {
  const name = (Object.keys(limitedCost) as (keyof Limits)[]).find(
    (limit) => limitedCost[limit] === kind,
  );
  return name && limits[name];
}

/** Why the search is where it is, as a sentence without its full stop. */
export function statusWords(result: SearchResult): string {
  const { budget } = result.evaluations;
  switch (result.status) {
    case "running":
      return "The journal has no end yet: the search is still running, or it stopped and can be resumed";
    case "interrupted":
      return `The search was interrupted and can be resumed: ${result.interruption ?? "no reason given"}`;
    case "finished":
      break;
  }
  switch (result.finishReason) {
    case "target":
      return `The search ended because it reached its target of ${formatPercent(result.target?.validation.top1Percent ?? 0)}`;
    case "budget":
      return `The search ended because its budget of ${formatPlural(budget, "evaluation")} was spent`;
    case "iterations":
      return `The search ended after its ${formatPlural(result.perIteration.length, "iteration")}`;
    case "stalled":
      return "The search ended because iteration after iteration held nothing new to evaluate";
    case "llm-budget":
      return "The search ended because the next question to a language model would have gone over its budget of tokens or money";
    case "cancelled":
    case undefined:
      return "The search was cancelled";
  }
}

/** The words for what plays a role. */
export const roleKindWords = {
  "language-model": "language model",
  replay: "recorded answers",
  heuristic: "built-in heuristic, no language model",
  mixed: "changed when the search was resumed",
} as const satisfies Record<SearchResult["roles"][string]["kind"], string>;
