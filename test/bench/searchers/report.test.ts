import { expect, test } from "vitest";
import { bestAfter, type SearchOutcome } from "./outcome.js";
import { searchersCsv, searchersMarkdown } from "./report.js";

function outcome(
  searcher: SearchOutcome["searcher"],
  seed: number,
  ...bestSoFar: readonly number[]
): SearchOutcome {
  return {
    id: `${searcher}-${seed}`,
    searcher,
    seed,
    finishReason: "budget",
    evaluations: bestSoFar.length,
    fromStore: 0,
    bestPercent: bestSoFar.at(-1) ?? Number.NaN,
    bestMacs: 1000,
    bestCanonical: "r16/k3e1",
    bestSoFar,
  };
}

const outcomes = [
  outcome("collm", 0, 70, 80, 82),
  outcome("collm", 1, 72, 81, 84),
  outcome("random", 0, 70, 75, 80),
  outcome("random", 1, 71, 78),
];

test("bestAfter keeps the last value of a search that ended early", () => {
  expect(bestAfter(outcome("random", 0, 70, 75), 1)).toBe(70);
  expect(bestAfter(outcome("random", 0, 70, 75), 60)).toBe(75);
  expect(bestAfter(outcome("random", 0), 60)).toBeNaN();
});

test("searchersMarkdown tabulates each searcher and compares it with the baseline", () => {
  const markdown = searchersMarkdown({
    supernet: "digits",
    limits: "at most 760 k MACs",
    budget: 3,
    candidates: 1,
    searchers: ["collm", "random"],
    baseline: "random",
    outcomes,
  });
  expect(markdown).toContain(
    "| collm | 2 | 83.00 | 1.41 | 82.00 | 84.00 | 3.0 | 71.00 | 80.50 | 83.00 |",
  );
  // Differences 2 and 6: mean 4, half width 12.706 * 2.828 / sqrt(2) = 25.41.
  expect(markdown).toContain("| collm | +4.00 | -21.41 to +29.41 | 2 | 0 | 0 |");
});

test("searchersCsv has a line for each run", () => {
  expect(searchersCsv(outcomes).trimEnd().split("\n")).toHaveLength(5);
  expect(searchersCsv(outcomes)).toContain(
    "random,1,78.0000,1000,2,0,budget,r16/k3e1,71.00 78.00\n",
  );
});
