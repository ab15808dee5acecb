import { comparePaired, mean, standardDeviation } from "@collm/bench";
import type { SearcherName } from "@collm/search";
import { fixed, grouped, markdownTable } from "../markdown.js";
import { bestAfter, type SearchOutcome } from "./outcome.js";

export interface SearchersReport {
  readonly supernet: string;
  /** The limits in words. */
  readonly limits: string;
  readonly budget: number;
  readonly candidates: number;
  readonly searchers: readonly SearcherName[];
  /** What the others are compared with. */
  readonly baseline: SearcherName;
  readonly outcomes: readonly SearchOutcome[];
}

export function searchersMarkdown(report: SearchersReport): string {
  const { supernet, limits, budget, candidates, searchers, baseline, outcomes } = report;
  const of = (searcher: SearcherName) => outcomes.filter((one) => one.searcher === searcher);
  const seeds = new Set(outcomes.map(({ seed }) => seed)).size;
  const milestones = [1, 2, 3].map((third) => Math.round((budget * third) / 3));
  return [
    `# Searchers on ${supernet}`,
    "",
    `${seeds} seeds each, ${budget} evaluations, ${candidates} candidates at a time, ${limits}. collm: both roles`,
    "played by the built-in heuristic, no language model. Validation top-1 in percent; the test split",
    "stays sealed.",
    "",
    markdownTable(
      [
        "searcher",
        "runs",
        "best: mean",
        "sd",
        "min",
        "max",
        "evaluations",
        ...milestones.map((count) => `after ${count}`),
      ],
      searchers.map((searcher) => summaryRow(searcher, of(searcher), milestones)),
    ),
    "",
    `Against ${baseline}, paired by seed (percentage points):`,
    "",
    markdownTable(
      ["searcher", "mean difference", "95 % t-interval", "wins", "ties", "losses"],
      searchers
        .filter((searcher) => searcher !== baseline)
        .map((searcher) => comparisonRow(searcher, of(searcher), of(baseline))),
    ),
  ].join("\n");
}

/** All runs, one line each. */
export function searchersCsv(outcomes: readonly SearchOutcome[]): string {
  const lines = outcomes.map((outcome) =>
    [
      outcome.searcher,
      outcome.seed,
      fixed(outcome.bestPercent, 4),
      outcome.bestMacs,
      outcome.evaluations,
      outcome.fromStore,
      outcome.finishReason,
      outcome.bestCanonical,
      outcome.bestSoFar.map((percent) => percent.toFixed(2)).join(" "),
    ].join(","),
  );
  const header =
    "searcher,seed,validation_top1_percent,macs,evaluations,from_store,finish_reason,canonical,best_so_far";
  return `${[header, ...lines].join("\n")}\n`;
}

function summaryRow(
  searcher: string,
  outcomes: readonly SearchOutcome[],
  milestones: readonly number[],
): string[] {
  const percents = outcomes.map(({ bestPercent }) => bestPercent);
  return [
    searcher,
    grouped(outcomes.length),
    fixed(mean(percents), 2),
    fixed(standardDeviation(percents), 2),
    fixed(Math.min(...percents), 2),
    fixed(Math.max(...percents), 2),
    fixed(mean(outcomes.map(({ evaluations }) => evaluations)), 1),
    ...milestones.map((count) =>
      fixed(mean(outcomes.map((outcome) => bestAfter(outcome, count))), 2),
    ),
  ];
}

function comparisonRow(
  searcher: string,
  own: readonly SearchOutcome[],
  baseline: readonly SearchOutcome[],
): string[] {
  const pairs = own.flatMap((outcome) => {
    const other = baseline.find(({ seed }) => seed === outcome.seed);
    return other ? [[outcome.bestPercent, other.bestPercent] as const] : [];
  });
  const { meanDifference, interval, wins, ties, losses } = comparePaired(
    pairs.map(([ours]) => ours),
    pairs.map(([, theirs]) => theirs),
  );
  return [
    searcher,
    signed(meanDifference),
    `${signed(interval[0])} to ${signed(interval[1])}`,
    ...[wins, ties, losses].map(String),
  ];
}

function signed(value: number): string {
  return value > 0 ? `+${fixed(value, 2)}` : fixed(value, 2);
}
