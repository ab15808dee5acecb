import type { CandidatesRequest } from "@collm/search";
import { tinySpec } from "@collm/search-space/testing";

/** A request for the tests of this package. */
export function testRequest(change: Partial<CandidatesRequest> = {}): CandidatesRequest {
  return {
    task: { limits: { maxMacs: 450_000 }, targetTop1Percent: 78 },
    space: tinySpec,
    iteration: 3,
    strategy: "## SUMMARY\nWiden the second stage; {{keep}} r at 16.",
    count: 4,
    visited: ["r12/k3e1/k3e1", "r16/k3e1/k3e1"],
    hasCostHints: true,
    history: [],
    seed: 1,
    ...change,
  };
}

/** An earlier round whose accuracies are easy to find in a text. */
export const testHistory: CandidatesRequest["history"] = [
  {
    index: 1,
    strategy: "Explore everything.",
    trials: [
      {
        candidateId: "1.1",
        canonical: "r12/k3e1/k3e1",
        notation: { ks: [3, 0, 0, 3, 0, 0], e: [1, 0, 0, 1, 0, 0], d: [1, 1], r: 12 },
        cost: { macs: 100_000, officialFlops: 100_000, paramsCount: 1_000 },
        top1Percent: 61.37,
        isFeasible: true,
      },
    ],
    rejections: [],
  },
];
