import type { StrategyRequest, TrajectoryIteration } from "@collm/search";
import {
  createRng,
  createSearchSpace,
  isFeasible,
  nasBench201Spec,
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
  type SpaceSpec,
  sampleUniform,
} from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";

/** Shared by the tests of this package. */
const space = createSearchSpace(tinySpec);
export const testSpace = space;
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

/** What no prompt may name: data sets, benchmarks, published networks. */
export const leaks =
  /imagenet|cifar|coco|mnist|digits|once-for-all|\bofa\b|spos|mobilenet|shufflenet|autoformer|nas-?bench|bench|nor_conv|skip_connect/i;

/** A space of every family, published where there is one. */
export const familySpecs: readonly SpaceSpec[] = [
  publishedOfaSpec(1.2),
  publishedShuffleNetSpec(),
  publishedAutoFormerSpec("tiny"),
  nasBench201Spec("cifar10"),
];

/** A request in another space: rounds of four trials and a repaired one, two still to come. */
export function requestOf(spec: SpaceSpec, rounds: number): StrategyRequest {
  const own = createSearchSpace(spec);
  const rng = createRng("request", spec.family);
  const limits = { maxMacs: own.cost(sampleUniform(own, rng)).macs };
  const trial = (index: number, place: number): TrajectoryIteration["trials"][number] => {
    const architecture = sampleUniform(own, rng);
    const cost = own.cost(architecture);
    return {
      candidateId: `${index}.${place}`,
      canonical: architecture.canonical,
      notation: own.notation(architecture),
      cost,
      top1Percent: 60 + index + place / 10,
      isFeasible: isFeasible(cost, limits),
      ...(place === 4 ? { repairs: ["a gene: 4 -> 3"] } : {}),
    };
  };
  return {
    task: { limits },
    space: spec,
    iteration: rounds + 1,
    trajectory: Array.from({ length: rounds }, (_, i) => ({
      index: i + 1,
      strategy: `Strategy ${i + 1}: wider.`,
      trials: [1, 2, 3, 4].map((place) => trial(i + 1, place)),
      rejections: [],
      pendingCount: 2,
    })),
    hasMemory: true,
    seed: 1,
  };
}
