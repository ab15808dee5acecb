import { sampleUniform } from "@collm/search-space";
import type { Searcher, SearcherSetup } from "../searcher.js";
import { collectNovel } from "./collect-novel.js";

/** Uniform sampling within the limits, without repetition. */
export const randomSearcher: Searcher<SearcherSetup> = {
  name: "random",
  initial: (setup) => setup,
  observe: (state) => state,
  propose: (setup, turn) => ({
    kind: "candidates",
    origin: "random",
    architectures: collectNovel(setup, turn, () => sampleUniform(setup.space, turn.rng)),
  }),
};
