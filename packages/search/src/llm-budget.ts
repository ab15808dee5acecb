import type { SearchConfig } from "./config.js";
import { budgetSpent } from "./folds.js";
import type { LlmSpending } from "./spending.js";
import type { SearchState } from "./state.js";

type LlmLimits = Pick<SearchConfig, "maxLlmTokens" | "maxLlmCost" | "subBatches">;

/**
 * Whether the next questions to roles may be asked. They are expected to cost what the dearest one so
 * far did, so that a budget is not overspent by more than an answer that is dearer than all before it.
 */
export function isAffordable(
  { total, mostTokens, mostCost }: LlmSpending,
  { maxLlmTokens, maxLlmCost, subBatches }: LlmLimits,
): boolean {
  const isWithin = (spent: number, most: number, limit: number | undefined): boolean =>
    limit === undefined || (spent < limit && spent + subBatches * most <= limit);
  return (
    isWithin(total.tokens, mostTokens, maxLlmTokens) && isWithin(total.cost, mostCost, maxLlmCost)
  );
}

/** What a search will have spent on language models at its end. */
export interface LlmForecast {
  readonly tokens: number;
  readonly cost: number;
}

/**
 * Spending goes on as on average so far, per evaluation or per iteration, whichever ends the search
 * sooner. Undefined before the first round is paid for.
 */
export function forecastSpending(state: SearchState): LlmForecast | undefined {
  const { started, iterations, llm } = state;
  const begun = iterations.length;
  if (!started || begun === 0 || llm.total.requests === 0) return undefined;
  const { budget, iterations: most = Number.POSITIVE_INFINITY } = started.config;
  const spent = budgetSpent(state);
  const shares = [begun / most, spent / budget].filter((share) => share > 0);
  const share = Math.min(1, Math.max(...shares));
  if (state.phase === "finished" || !Number.isFinite(share)) return llm.total;
  return { tokens: Math.round(llm.total.tokens / share), cost: llm.total.cost / share };
}
