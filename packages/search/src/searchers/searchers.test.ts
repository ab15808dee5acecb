import { createSearchSpace, nasBench201Spec, publishedOfaSpec } from "@collm/search-space";
import { tinyAutoFormerSpec, tinyShuffleNetSpec, tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { presets } from "../config.js";
import { archive, best } from "../folds.js";
import { searcherNames } from "../searcher-settings.js";
import { createSearchBench, describeSearcher } from "../testing.js";
import { createSearcher } from "./create.js";

const spaces = [tinySpec, tinyShuffleNetSpec, tinyAutoFormerSpec, nasBench201Spec("cifar10")];

for (const searcher of ["collm", "sillm", "opro"] as const) {
  describeSearcher(createSearcher(searcher), { searcher, iterations: 50 });
}
describeSearcher(createSearcher("random"), { searcher: "random" });
describeSearcher(createSearcher("evolution"), { searcher: "evolution" });
for (const spec of spaces) {
  for (const searcher of ["ageing-evolution", "local-search"] as const) {
    describeSearcher(createSearcher(searcher), { searcher }, spec);
    // As it is by default: one candidate, and a budget that outlives the founders.
    const settings = { ageing: { population: 3, sampleSize: 2 }, localSearch: { starts: 2 } };
    describeSearcher(
      createSearcher(searcher),
      { searcher, ...settings, candidatesPerIteration: 1, budget: 15 },
      spec,
    );
  }
  describeSearcher(createSearcher("reinforce"), { searcher: "reinforce" }, spec, { repeats: true });
  const { evolution } = presets.evolution.paper;
  describeSearcher(
    createSearcher("evolution"),
    { searcher: "evolution", evolution: { ...evolution, population: 4 } },
    spec,
    { repeats: true },
  );
}

// Isomorphic cells count as one: more proposals are repeats, and none of them may cost anything.
for (const searcher of ["ageing-evolution", "local-search", "reinforce"] as const) {
  describeSearcher(
    createSearcher(searcher),
    { searcher, isomorphs: "merge", budget: 30 },
    nasBench201Spec("cifar10"),
    { repeats: searcher === "reinforce" },
  );
}

const ofa = publishedOfaSpec(1.0);

describe("evolution", () => {
  it("beats random sampling on an easy landscape with the same budget", async () => {
    const limits = { maxFlops: 300_000_000 };
    const bestOf = async (searcher: "evolution" | "random", seed: number): Promise<number> => {
      const config = { searcher, seed, limits, budget: 120, candidatesPerIteration: 15 };
      const state = await createSearchBench({ config, spec: ofa }).run();
      return best(state)?.status.result.top1Percent ?? 0;
    };
    for (const seed of [0, 1, 2]) {
      expect(await bestOf("evolution", seed)).toBeGreaterThan((await bestOf("random", seed)) + 3);
    }
  });
});

describe("a limit that hardly any random network respects", () => {
  it.each(searcherNames)("still gives %s a search", async (searcher) => {
    const config = { searcher, limits: { maxFlops: 70_000_000 }, budget: 12 };
    const state = await createSearchBench({
      config: { ...config, candidatesPerIteration: 6 },
      spec: ofa,
    }).run();
    expect(archive(state)).toHaveLength(12);
    expect(best(state)?.cost.officialFlops).toBeLessThanOrEqual(70_000_000);
  });

  it("ends the search as stalled when nothing at all respects it", async () => {
    const space = createSearchSpace(ofa);
    const maxFlops = space.cost(space.cheapest("officialFlops")).officialFlops - 1;
    const bench = createSearchBench({ config: { limits: { maxFlops } }, spec: ofa });
    const state = await bench.run();
    expect(state.finishReason).toBe("stalled");
    expect(best(state)).toBeUndefined();
    expect(bench.dispatcher.runs.size).toBe(0);
  });
});
