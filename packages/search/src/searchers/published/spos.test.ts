import { readFileSync } from "node:fs";
import { createSearchSpace, publishedShuffleNetSpec } from "@collm/search-space";
import { tinyShuffleNetSpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { presets } from "../../config.js";
import { archive, best } from "../../folds.js";
import { createSearchBench, describeSearcher, searchStarted } from "../../testing.js";
import { createSearcher } from "../create.js";
import { sposLandscape } from "./published.fixture.js";
import { sposSearcher } from "./spos.js";

const { spos } = presets.evolution;
const evolution = createSearcher("evolution");
const { evolution: settings } = spos;

describeSearcher(evolution, { searcher: "evolution", evolution: settings }, tinyShuffleNetSpec);
describeSearcher(evolution, { searcher: "evolution", evolution: settings });

interface GoldenSearch {
  readonly evaluated_order: readonly string[];
  readonly flops_rejections_printed: number;
  readonly final_top10: readonly string[];
  readonly final_top50: readonly string[];
  readonly final_candidates_never_ranked: readonly string[];
  readonly best_by_eval_py: string;
  readonly fitness_examples: Readonly<Record<string, readonly [number, number]>>;
  readonly rng_next_uint32_after: number;
}

const goldenFile = new URL("../../../../../test/golden/spos/search.json", import.meta.url);
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as GoldenSearch;
const spec = publishedShuffleNetSpec();
const config = { searcher: "evolution", preset: "spos", seed: 0, ...spos } as const;
const space = createSearchSpace(spec);

describe("the landscape of the reference search", () => {
  it("is the formula's", () => {
    for (const [digits, [top1Error, top5Error]] of Object.entries(golden.fitness_examples)) {
      const read = space.parse(digits);
      if (read.kind === "illegal") throw new Error(digits);
      expect(1 - sposLandscape.top1Percent(read.architecture) / 100).toBeCloseTo(top1Error, 12);
      expect(1 - sposLandscape.top5Percent(read.architecture) / 100).toBeCloseTo(top5Error, 12);
    }
  });
});

describe("evolution with the preset spos", () => {
  it("replays the published search candidate by candidate", { timeout: 60_000 }, async () => {
    const bench = createSearchBench({
      config,
      spec,
      dispatcher: { ...sposLandscape, arrivalSeed: 1 },
    });
    const state = await bench.run();
    expect(state.finishReason).toBe("budget");
    const evaluated = archive(state).map(({ architecture }) => architecture.canonical);
    expect(evaluated).toEqual(golden.evaluated_order);
    expect(best(state)?.architecture.canonical).toBe(golden.best_by_eval_py);
    expect(evaluated.slice(-50)).toEqual(golden.final_candidates_never_ranked);

    // The original ranks all but the last generation, and has bred that one when it stops.
    const fold = state.iterations
      .slice(0, -1)
      .reduce(
        sposSearcher.observe,
        sposSearcher.initial({ config: searchStarted(config).config, space }),
      );
    const ranking = fold.ranking.map(({ architecture }) => architecture.canonical);
    expect(ranking).toEqual(golden.final_top50);
    expect(ranking.slice(0, 10)).toEqual(golden.final_top10);
    expect(fold.rejections).toEqual({
      overLimit: golden.flops_rejections_printed,
      belowMinimum: 0,
    });
    expect(fold.twister.clone().nextUint32()).toBe(golden.rng_next_uint32_after);
  });

  it("gives the same beginning with any smaller budget", async () => {
    const bench = createSearchBench({
      config: { ...config, budget: 120 },
      spec,
      dispatcher: sposLandscape,
    });
    const state = await bench.run();
    expect(archive(state).map(({ architecture }) => architecture.canonical)).toEqual(
      golden.evaluated_order.slice(0, 120),
    );
  });

  it("goes on without evaluations that failed for good", async () => {
    const [lost] = golden.evaluated_order;
    const bench = createSearchBench({
      config: { ...config, budget: 60 },
      spec,
      dispatcher: {
        ...sposLandscape,
        failure: ({ canonical }) =>
          canonical === lost ? { message: "broken", isRetryable: false } : undefined,
      },
    });
    const state = await bench.run();
    expect(archive(state)).toHaveLength(60);
    expect(bench.dispatcher.runs.get(lost ?? "")).toBe(1);
  });
});
