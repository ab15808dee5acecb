import { createSearchSpace, nasBench201Spec, neighbours } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { presets } from "../config.js";
import { archive, funnel } from "../folds.js";
import { createSearchBench } from "../testing.js";

const spec = nasBench201Spec("cifar10");
const space = createSearchSpace(spec);

describe("ageing-evolution", () => {
  it("breeds one-gene children of a population from which the oldest dies", async () => {
    const config = {
      searcher: "ageing-evolution",
      budget: 40,
      candidatesPerIteration: 1,
      ageing: { population: 6, sampleSize: 3 },
    } as const;
    const trials = archive(await createSearchBench({ config, spec }).run());
    for (let i = 6; i < trials.length; i++) {
      const population = trials.slice(i - 6, i);
      const children = population.flatMap(({ architecture }) => neighbours(space, architecture));
      expect(children.map(({ canonical }) => canonical)).toContain(
        trials[i]?.architecture.canonical,
      );
    }
  });

  it("takes the best of its sample, so a sample of everything breeds from the best", async () => {
    const config = {
      searcher: "ageing-evolution",
      budget: 12,
      candidatesPerIteration: 1,
      ageing: { population: 5, sampleSize: 200 },
    } as const;
    const trials = archive(await createSearchBench({ config, spec }).run());
    for (let i = 5; i < trials.length; i++) {
      const best = trials
        .slice(i - 5, i)
        .reduce((a, b) => (b.status.result.top1Percent > a.status.result.top1Percent ? b : a));
      const children = neighbours(space, best.architecture).map(({ canonical }) => canonical);
      expect(children).toContain(trials[i]?.architecture.canonical);
    }
  });
});

describe("evolution's paper preset", () => {
  const run = (seed: number) => {
    const config = { searcher: "evolution", ...presets.evolution.paper, seed } as const;
    return createSearchBench({ config, spec }).run();
  };

  it("proposes 10 networks, then 19 times 5 children, and ends after 20 generations", async () => {
    const state = await run(0);
    const sizes = state.iterations.map(({ candidates }) => candidates?.length);
    expect(sizes).toEqual([10, ...Array.from({ length: 19 }, () => 5)]);
    expect(state.finishReason).toBe("iterations");
  });

  it("spends nothing on networks that it breeds again", async () => {
    const state = await run(1);
    const counts = funnel(state);
    expect(counts.proposed).toBe(105);
    expect(counts.novel).toBeLessThan(100);
    expect(counts.evaluated).toBe(counts.novel);
  });
});
