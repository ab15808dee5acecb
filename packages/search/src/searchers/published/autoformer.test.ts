import { readFileSync } from "node:fs";
import {
  type Architecture,
  type AutoFormerSize,
  createSearchSpace,
  publishedAutoFormerSpec,
} from "@collm/search-space";
import { tinyAutoFormerSpec, tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { presets, type SearchConfig } from "../../config.js";
import { archive } from "../../folds.js";
import { createSearchBench, describeSearcher, searchStarted } from "../../testing.js";
import { createSearcher } from "../create.js";
import { autoFormerAlgorithm, autoFormerSearcher } from "./autoformer.js";
import { autoFormerKey, autoFormerTop1Percent } from "./published.fixture.js";

const { autoformer } = presets.evolution;
const { minParams, ...withoutMinimum } = autoformer.evolution;

describeSearcher(
  createSearcher("evolution"),
  { searcher: "evolution", evolution: withoutMinimum },
  tinyAutoFormerSpec,
);

interface GoldenRun {
  readonly space: AutoFormerSize;
  readonly seed: number;
  readonly min_param_limits: number;
  readonly param_limits: number;
  readonly args: {
    readonly population_num: number;
    readonly select_num: number;
    readonly mutation_num: number;
    readonly crossover_num: number;
    readonly m_prob: number;
    readonly s_prob: number;
    readonly max_epochs: number;
  };
  readonly evaluated: readonly string[];
  readonly epochs: readonly {
    readonly evaluated_so_far: number;
    readonly top_select: readonly string[];
    readonly best_acc: number;
  }[];
  readonly rejected_over: number;
  readonly rejected_under: number;
  readonly next_random_after_search: number;
}

const goldenFile = new URL("../../../../../test/golden/autoformer/search.json", import.meta.url);
const { runs } = JSON.parse(readFileSync(goldenFile, "utf8")) as { runs: readonly GoldenRun[] };

function configOf({ args, seed, min_param_limits, param_limits }: GoldenRun): SearchConfig {
  const population = args.population_num;
  return searchStarted({
    searcher: "evolution",
    preset: "autoformer",
    seed,
    budget: population * (args.max_epochs + 1),
    candidatesPerIteration: population,
    limits: { maxParams: 1e6 * param_limits },
    evolution: {
      algorithm: "autoformer",
      population,
      parentShare: args.select_num / population,
      mutationShare: args.mutation_num / population,
      crossoverShare: args.crossover_num / population,
      mutationProbability: args.m_prob,
      structureProbability: args.s_prob,
      minParams: 1e6 * min_param_limits,
    },
  }).config;
}

describe("evolution with the preset autoformer", () => {
  it.each(runs)(
    "replays the published search on $space with seed $seed, population $args.population_num",
    { timeout: 60_000 },
    async (golden) => {
      const spec = publishedAutoFormerSpec(golden.space);
      const space = createSearchSpace(spec);
      const config = configOf(golden);
      const keyOf = (architecture: Architecture): string => autoFormerKey(spec, architecture);
      const bench = createSearchBench({
        config,
        spec,
        dispatcher: {
          top1Percent: (architecture) =>
            autoFormerTop1Percent(keyOf(architecture), space.cost(architecture).paramsCount),
          arrivalSeed: 1,
        },
      });
      const state = await bench.run();
      expect(archive(state).map(({ architecture }) => keyOf(architecture))).toEqual(
        golden.evaluated,
      );

      // The original ranks all but the last generation, and has bred that one when it stops.
      let fold = autoFormerSearcher.initial({ config, space });
      for (const [epoch, { top_select, best_acc }] of golden.epochs.entries()) {
        const record = state.iterations.at(epoch);
        if (!record) throw new Error(`no iteration ${epoch + 1}`);
        fold = autoFormerSearcher.observe(fold, record);
        const top = fold.ranking.slice(0, golden.args.select_num);
        expect(top.map(({ architecture }) => keyOf(architecture))).toEqual(top_select);
        expect(fold.ranking[0]?.status.result.top1Percent).toBe(best_acc);
      }
      expect(fold.rejections).toEqual({
        overLimit: golden.rejected_over,
        belowMinimum: golden.rejected_under,
      });
      expect(fold.twister.clone().nextDouble()).toBe(golden.next_random_after_search);
    },
  );

  it("has the reference run's settings as its own, except for the window", () => {
    const { minParams: minimum, ...rest } = configOf(runs[2] as GoldenRun).evolution;
    expect(rest).toEqual(withoutMinimum);
    expect(autoformer).toMatchObject({
      budget: 1050,
      candidatesPerIteration: 50,
      limits: { maxParams: 23_000_000 },
      evolution: { minParams: 18_000_000 },
    });
  });

  it("stays within its window of parameters", async () => {
    const spec = publishedAutoFormerSpec("small");
    const config = { searcher: "evolution", ...autoformer, budget: 100 } as const;
    const state = await createSearchBench({ config, spec }).run();
    const counts = archive(state).map(({ cost }) => cost.paramsCount);
    expect(counts).toHaveLength(100);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(18_000_000);
    expect(Math.max(...counts)).toBeLessThanOrEqual(23_000_000);
  });

  it("ends as stalled where the window holds nothing", async () => {
    const config = {
      searcher: "evolution",
      candidatesPerIteration: 2,
      evolution: { ...withoutMinimum, minParams: 1e9 },
    } as const;
    const state = await createSearchBench({ config, spec: tinyAutoFormerSpec }).run();
    expect(state.finishReason).toBe("stalled");
  });

  it("refuses another family's space", async () => {
    const config = { searcher: "evolution", evolution: withoutMinimum } as const;
    await expect(createSearchBench({ config, spec: tinySpec }).run()).rejects.toThrow(
      "autoformer: got a space of ofa-mobilenet-v3, allowed is autoformer",
    );
  });
});

describe("autoFormerAlgorithm", () => {
  it("makes no network of parents whose depths stay different after 50 redraws", () => {
    const depths = Array.from({ length: 40 }, (_, i) => i + 1);
    const spec = { ...tinyAutoFormerSpec, superDepth: 40, depths };
    const space = createSearchSpace(spec);
    const parents = depths.map((_, choice) =>
      space.canonicalise(space.genes.map((_, gene) => (gene === 0 ? choice : 0))),
    );
    const twister = autoFormerAlgorithm.seed(0);
    const { cross } = autoFormerAlgorithm.operators(space, withoutMinimum, twister, parents);
    const children = Array.from({ length: 100 }, cross);
    // All parents differ in depth, so a child is a network only of a parent with itself.
    expect(children.filter((child) => child === undefined).length).toBeGreaterThan(10);
    const networks = children.filter((child) => child !== undefined);
    expect(networks.length).toBeGreaterThan(10);
    for (const network of networks) expect(parents).toContainEqual(network);
  });
});
