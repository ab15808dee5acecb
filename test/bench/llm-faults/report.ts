import { buildResult } from "@collm/report";
import { type LlmFault, llmFaultNames } from "../../llm-faults/llm-fault.js";
import type { LlmFaultsOutcome } from "../../llm-faults/run-llm-faults.js";
import { fixed, grouped, markdownTable } from "../markdown.js";

/** What the endpoints did, and what came of the searches. */
export function llmFaultsMarkdown(
  { rate, seed }: { readonly rate: number; readonly seed: number },
  outcomes: readonly LlmFaultsOutcome[],
): string {
  const served = outcomes.flatMap((outcome) => outcome.served);
  const share = (fault: LlmFault | undefined): string[] => {
    const count = served.filter((one) => one.fault === fault).length;
    return [grouped(count), `${fixed((100 * count) / served.length, 1)} %`];
  };
  const problems = outcomes.flatMap((outcome, i) =>
    outcome.problems.map((problem) => `- search ${i} (seed ${seed + i}): ${problem}`),
  );
  return [
    "# Searches whose language models fail",
    "",
    `${outcomes.length} searches, seed ${seed}; each call fails with probability ${rate}.`,
    "",
    markdownTable(
      ["what the endpoint did", "calls", "share"],
      [
        ["answer", ...share(undefined)],
        ...llmFaultNames.map((fault) => [fault, ...share(fault)]),
        ["all", grouped(served.length), ""],
      ],
    ),
    "",
    markdownTable(
      [
        ...["searcher", "fallback", "searches", "went wrong", "calls", "roles failed"],
        ...["stand-ins", "evaluated", "slowest, s"],
      ],
      rows(outcomes),
    ),
    ...(problems.length === 0 ? [] : ["", "Problems:", "", ...problems]),
  ].join("\n");
}

function rows(outcomes: readonly LlmFaultsOutcome[]): string[][] {
  const kinds = [...new Set(outcomes.map(kindOf))].toSorted();
  return [
    ...kinds.map((kind) =>
      row(
        kind.split(", "),
        outcomes.filter((one) => kindOf(one) === kind),
      ),
    ),
    row(["all", ""], outcomes),
  ];
}

function kindOf({ searcher, fallback }: LlmFaultsOutcome): string {
  return `${searcher}, ${fallback}`;
}

function row(names: readonly string[], outcomes: readonly LlmFaultsOutcome[]): string[] {
  const results = outcomes.map(({ events }) => buildResult(events));
  const degraded = results.flatMap((result) => result.degraded);
  const stoodIn = degraded.filter(({ fallback }) => fallback.startsWith("played by")).length;
  const evaluated = results.reduce((sum, { evaluations }) => sum + evaluations.evaluated, 0);
  return [
    ...names,
    grouped(outcomes.length),
    grouped(outcomes.filter(({ problems }) => problems.length > 0).length),
    grouped(outcomes.reduce((sum, { served }) => sum + served.length, 0)),
    grouped(degraded.length - stoodIn),
    grouped(stoodIn),
    grouped(evaluated),
    fixed(Math.max(...outcomes.map(({ seconds }) => seconds)), 1),
  ];
}
