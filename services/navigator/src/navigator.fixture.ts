import type { StrategyRequest, TrajectoryIteration } from "@collm/search";
import { createRng, createSearchSpace, isFeasible, sampleUniform } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";

/** Shared by the tests of this package. */
const space = createSearchSpace(tinySpec);
export const testLimits = { maxMacs: 450_000 };

/** A round with two trials within the limit, one over it, and two rejections. */
export function testRound(index: number): TrajectoryIteration {
  const rng = createRng("round", index);
  const draw = (wantsFeasible: boolean, place: number) => {
    for (;;) {
      const architecture = sampleUniform(space, rng);
      const cost = space.cost(architecture);
      if (isFeasible(cost, testLimits) !== wantsFeasible) continue;
      return {
        candidateId: `${index}.${place}`,
        canonical: architecture.canonical,
        notation: space.notation(architecture),
        cost,
        top1Percent: 60 + index + place / 100,
        isFeasible: wantsFeasible,
      };
    }
  };
  const { top1Percent: _, isFeasible: __, ...overLimit } = draw(false, 4);
  return {
    index,
    strategy: `Strategy of round ${index}: {{braces}} and $& stay.`,
    trials: [draw(true, 1), draw(true, 2), draw(false, 3)],
    rejections: [
      { ...overLimit, reason: "over-limit", detail: "macs is over the limit" },
      { candidateId: `${index}.5`, reason: "illegal", detail: "ks[0]: got 4, allowed is 3, 5, 7" },
    ],
  };
}

export function testRequest(
  rounds: number,
  change: Partial<StrategyRequest> = {},
): StrategyRequest {
  return {
    task: { limits: testLimits, targetTop1Percent: 78 },
    space: tinySpec,
    iteration: rounds + 1,
    trajectory: Array.from({ length: rounds }, (_, i) => testRound(i + 1)),
    hasMemory: true,
    seed: 1,
    ...change,
  };
}
