import { describe, expect, it } from "vitest";
import { parseCandidates } from "../answers/parse-candidates.js";
import { splitReflection } from "../answers/split-reflection.js";
import { createLandscape } from "../testing/landscape.js";
import { runOnLandscape } from "../testing/run-on-landscape.js";
import { summarise } from "../testing/statistics.js";
import { heuristicReflectionAndCandidates } from "./alone.js";

const seeds = Array.from({ length: 10 }, (_, i) => i);

describe("the heuristic in a single role, 60 evaluations within the median MACs", () => {
  it.each(["sillm", "opro"] as const)(
    "beats uniform random as %s",
    { timeout: 240_000 },
    async (searcher) => {
      const differences: number[] = [];
      for (const seed of seeds) {
        const landscape = createLandscape("additive", seed);
        const ours = await runOnLandscape(landscape, searcher, seed);
        const theirs = await runOnLandscape(landscape, "random", seed);
        differences.push(ours.truth - theirs.truth);
      }
      const { mean, halfWidth } = summarise(differences);
      expect(mean - halfWidth).toBeGreaterThan(0);
    },
  );

  it("writes reflection and candidates that can be told apart", () => {
    const { space } = createLandscape("additive", 1);
    const answer = heuristicReflectionAndCandidates({
      task: { limits: {} },
      space: space.spec,
      iteration: 1,
      trajectory: [],
      hasMemory: true,
      seed: 1,
      count: 3,
      visited: [],
      hasCostHints: true,
    });
    const { reflection, candidates } = splitReflection(answer);
    expect(reflection).toContain("```directives");
    expect(parseCandidates(candidates)).toHaveLength(3);
  });
});
