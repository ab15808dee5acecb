import { createSearchSpace, publishedOfaSpec } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { archive, best } from "../folds.js";
import { createSearchBench, describeSearcher } from "../testing.js";
import { createSearcher } from "./create.js";

describeSearcher(createSearcher("collm"), { searcher: "collm", iterations: 50 });
describeSearcher(createSearcher("evolution"), { searcher: "evolution" });
describeSearcher(createSearcher("random"), { searcher: "random" });

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
  it.each(["collm", "evolution", "random"] as const)(
    "still gives %s a search",
    async (searcher) => {
      const config = { searcher, limits: { maxFlops: 70_000_000 }, budget: 12 };
      const state = await createSearchBench({
        config: { ...config, candidatesPerIteration: 6 },
        spec: ofa,
      }).run();
      expect(archive(state)).toHaveLength(12);
      expect(best(state)?.cost.officialFlops).toBeLessThanOrEqual(70_000_000);
    },
  );

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
