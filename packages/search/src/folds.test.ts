import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, bestOf, bestSoFar, type EvaluatedCandidate, paretoFront } from "./folds.js";
import { createSearchBench } from "./testing.js";

const space = createSearchSpace(tinySpec);
const architecture = space.cheapest("macs");

function trial(id: string, top1Percent: number, macs: number, isFeasible = true) {
  const result = { top1Percent, top5Percent: 100, images: 1, seconds: 0 };
  return {
    id,
    iteration: 1,
    origin: "random",
    architecture,
    cost: { macs, officialFlops: macs, paramsCount: 1 },
    isFeasible,
    attempts: 1,
    starts: 1,
    status: { kind: "evaluated", result, isStored: false },
  } satisfies EvaluatedCandidate;
}

describe("bestOf", () => {
  it("is undefined while nothing feasible was evaluated", () => {
    expect(bestOf([])).toBeUndefined();
    expect(bestOf([trial("1.1", 99, 1, false)])).toBeUndefined();
  });

  it("keeps the first of equals and ignores what is over a limit", () => {
    const trials = [trial("1.1", 70, 1), trial("1.2", 70, 1), trial("1.3", 80, 9, false)];
    expect(bestOf(trials)?.id).toBe("1.1");
  });
});

describe("bestSoFar", () => {
  it("never falls, has one entry per evaluation and ends with the best", async () => {
    const state = await createSearchBench({ config: { budget: 30 } }).run();
    const curve = bestSoFar(state).map((value) => value ?? 0);
    expect(curve).toHaveLength(30);
    expect(curve).toEqual([...curve].sort((a, b) => a - b));
    expect(curve.at(-1)).toBe(bestOf(archive(state))?.status.result.top1Percent);
  });

  it("is null until something within the limits was evaluated", async () => {
    const over = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
    const proposals = [over, architecture].map((proposed) => {
      const notation = space.notation(proposed);
      return { text: JSON.stringify(notation), notation };
    });
    const bench = createSearchBench({
      config: {
        searcher: "collm",
        overLimit: "evaluate",
        iterations: 1,
        limits: { maxMacs: space.cost(architecture).macs },
      },
      roles: { candidates: () => proposals },
    });
    expect(bestSoFar(await bench.run())).toEqual([null, 20]);
  });
});

describe("paretoFront", () => {
  it("holds what nothing dominates, and no two that dominate each other", () => {
    const trials = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 25 });
    fc.assert(
      fc.property(trials, (pairs) => {
        const all = pairs.map(([top1, macs], i) => trial(`1.${i + 1}`, top1, macs));
        const front = paretoFront(all, ({ cost }) => cost.macs);
        const isAsGood = (a: EvaluatedCandidate, b: EvaluatedCandidate): boolean =>
          a.cost.macs <= b.cost.macs && a.status.result.top1Percent >= b.status.result.top1Percent;
        for (const one of all) expect(front.some((held) => isAsGood(held, one))).toBe(true);
        for (const one of front) {
          expect(front.filter((other) => isAsGood(other, one))).toEqual([one]);
        }
      }),
      { seed: 3 },
    );
  });
});
