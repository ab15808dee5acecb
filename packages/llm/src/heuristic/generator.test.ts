import type { CandidatesRequest } from "@collm/search";
import { createSearchSpace, isFeasible } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCandidates } from "../answers/parse-candidates.js";
import { type Directives, writeDirectives } from "../directives.js";
import { middleMacs } from "../testing/landscape.js";
import { heuristicCandidates } from "./generator.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: middleMacs(space) };

function request(change: Partial<CandidatesRequest> = {}): CandidatesRequest {
  return {
    task: { limits },
    space: tinySpec,
    iteration: 2,
    strategy: "Be bold.",
    count: 10,
    visited: [],
    hasCostHints: true,
    history: [],
    seed: 1,
    ...change,
  };
}

function propose(change: Partial<CandidatesRequest> = {}) {
  return parseCandidates(heuristicCandidates(request(change))).map(({ notation }) => {
    const legality = space.legality(notation);
    if (legality.kind === "illegal") throw new RangeError(legality.reasons.join("; "));
    return legality.architecture;
  });
}

describe("heuristicCandidates", () => {
  it("gives as many legal, different candidates within the limits as asked for", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const batch = propose({ seed, count });
        expect(new Set(batch.map(({ canonical }) => canonical)).size).toBe(count);
        expect(batch.every((candidate) => isFeasible(space.cost(candidate), limits))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("answers the same request the same way", () => {
    expect(heuristicCandidates(request())).toBe(heuristicCandidates(request()));
    expect(heuristicCandidates(request())).not.toBe(heuristicCandidates(request({ seed: 2 })));
  });

  it("never repeats what was visited", () => {
    const first = propose();
    const second = propose({ visited: first.map(({ canonical }) => canonical) });
    const repeated = second.filter((a) => first.some((b) => a.canonical === b.canonical));
    expect(repeated).toEqual([]);
  });

  it("does not look at a history", () => {
    const history = [{ index: 1, strategy: "x", trials: [], rejections: [] }];
    expect(heuristicCandidates(request({ history }))).toBe(heuristicCandidates(request()));
  });

  it("follows the preferences of the directives", () => {
    const directives: Directives = {
      prefer: { "kernel size": { "3": 0.01, "7": 100 } },
      explore: 0,
    };
    const kernels = propose({ strategy: writeDirectives(directives) }).flatMap((candidate) =>
      space.genes.flatMap((gene, i) =>
        gene.dimension === "kernel size" && space.isActive(i, candidate.choices)
          ? [candidate.choices[i]]
          : [],
      ),
    );
    expect(kernels.filter((choice) => choice === 2).length / kernels.length).toBeGreaterThan(0.6);
  });

  it("aims at the cost band", () => {
    const strategy = writeDirectives({ costShare: [0.6, 0.8], explore: 0.5 });
    const shares = propose({ strategy }).map((a) => space.cost(a).macs / limits.maxMacs);
    expect(shares.filter((share) => share >= 0.59 && share <= 0.81).length).toBeGreaterThan(7);
  });

  it("stays near the parents, also those that prose spells out", () => {
    const [parent] = propose({ count: 1 });
    if (!parent) throw new RangeError("no parent");
    const notation = JSON.stringify(space.notation(parent));
    for (const strategy of [
      writeDirectives({ parents: [parent.canonical], explore: 0, edits: 2 }),
      `Start from ${notation}.\n${writeDirectives({ explore: 0, edits: 2 })}`,
    ]) {
      for (const candidate of propose({ strategy, count: 4 })) {
        const differing = space.genes.filter(
          (_, i) =>
            candidate.choices[i] !== parent.choices[i] &&
            space.isActive(i, candidate.choices) &&
            space.isActive(i, parent.choices),
        );
        expect(differing.length).toBeLessThanOrEqual(2);
      }
    }
  });

  it("says so when nothing fits the limits", () => {
    expect(heuristicCandidates(request({ task: { limits: { maxMacs: 1 } } }))).toBe(
      "No architecture within the limits was found.",
    );
  });

  it("works without limits", () => {
    expect(propose({ task: { limits: {} } })).toHaveLength(10);
  });

  it("takes a strategy of any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (prose, json) => {
        heuristicCandidates(
          request({ count: 1, strategy: `${prose}\n\`\`\`directives\n${json}\n\`\`\`` }),
        );
      }),
      { numRuns: 30 },
    );
  });
});
