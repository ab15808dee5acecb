import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agreementOf, scoresOfOrder } from "./agreement.js";
import { testSpace } from "./pool.fixture.js";
import { trivialScores } from "./trivial-scores.js";

describe("agreementOf", () => {
  it("is 1 for the true order and -1 for the opposite", () => {
    expect(agreementOf([1, 2, 3], [70, 80, 90])).toEqual({ tau: 1, bestFirst: 1 });
    expect(agreementOf([3, 2, 1], [70, 80, 90])).toEqual({ tau: -1, bestFirst: 0 });
  });

  it("counts the chance of the best where scores tie at the top", () => {
    expect(agreementOf([2, 2, 1, 1], [70, 90, 60, 50]).bestFirst).toBe(0.5);
    expect(agreementOf([2, 2, 1], [90, 90, 60]).bestFirst).toBe(1);
  });

  it("is 0 for a score that orders nothing", () => {
    expect(agreementOf([5, 5, 5], [70, 80, 90]).tau).toBe(0);
  });
});

describe("scoresOfOrder", () => {
  it("gives the first of the order the largest score", () => {
    expect(scoresOfOrder([2, 0, 1])).toEqual([2, 1, 3]);
  });

  it("agrees fully with accuracies in that order", () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    fc.assert(
      fc.property(order, (positions) => {
        const accuracies = positions.map((position) => 90 - positions.indexOf(position));
        const byPosition = accuracies.map((_, position) => 90 - positions.indexOf(position));
        expect(agreementOf(scoresOfOrder(positions), byPosition)).toEqual({ tau: 1, bestFirst: 1 });
      }),
    );
  });
});

describe("trivialScores", () => {
  it("are costs and a sum of weights", () => {
    const choices = [3, 2, 1, 4, 0, 3];
    const entry = { architecture: testSpace.canonicalise(choices), top1Percent: 90 };
    const scores = Object.fromEntries(
      trivialScores.map(({ name, of }) => [name, of(entry, testSpace)]),
    );
    const { paramsCount, officialFlops } = testSpace.cost(entry.architecture);
    expect(scores).toEqual({
      parameters: paramsCount,
      flops: officialFlops,
      "operator-weights": 4 + 3 + 2 + 1 + 0 + 4,
    });
  });
});
