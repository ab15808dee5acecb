import { createSearchSpace, publishedAutoFormerSpec } from "@collm/search-space";
import { tinyAutoFormerSpec, tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { defaultSearchConfig, presets, type SearchConfig } from "./config.js";
import { searchProblems } from "./search-problems.js";

const autoformer: SearchConfig = {
  ...defaultSearchConfig("evolution"),
  ...presets.evolution.autoformer,
};

const problemsOf = (config: SearchConfig, spec: Parameters<typeof createSearchSpace>[0]) =>
  searchProblems(config, createSearchSpace(spec), "net");

describe("searchProblems", () => {
  it("finds none in the defaults and in the published search of its own supernet", () => {
    for (const searcher of ["collm", "evolution", "random"] as const) {
      expect(problemsOf(defaultSearchConfig(searcher), tinySpec)).toEqual([]);
    }
    expect(problemsOf(autoformer, publishedAutoFormerSpec("small"))).toEqual([]);
  });

  it("names every limit below everything that can be built", () => {
    const config = { ...defaultSearchConfig("random"), limits: { maxMacs: 1, maxParams: 2 } };
    expect(problemsOf(config, tinySpec)).toEqual([
      expect.stringMatching(
        /^maxMacs: got 1, allowed is at least \d+, the smallest number of MACs that net/u,
      ),
      expect.stringMatching(
        /^maxParams: got 2, allowed is at least \d+, the smallest number of parameters that/u,
      ),
    ]);
  });

  it("refuses AutoFormer's search on another family", () => {
    expect(problemsOf(autoformer, tinySpec)).toEqual([
      "evolution.algorithm: got autoformer, allowed for the family ofa-mobilenet-v3 is elitist, generational or spos",
    ]);
  });

  it("refuses a window that is empty, or above everything that can be built", () => {
    expect(
      problemsOf(
        { ...autoformer, limits: { maxParams: 17_000_000 } },
        publishedAutoFormerSpec("small"),
      ),
    ).toEqual(["evolution.minParams: got 18000000, allowed is at most maxParams, 17000000"]);
    expect(problemsOf(autoformer, tinyAutoFormerSpec)).toEqual([
      expect.stringMatching(
        /^evolution.minParams: got 18000000, allowed is at most \d+, the largest number of parameters that net can reach/u,
      ),
    ]);
  });

  it("refuses a lower bound where no algorithm heeds it", () => {
    const { evolution } = presets.evolution.spos;
    const config = { ...autoformer, limits: {}, evolution: { ...evolution, minParams: 5 } };
    const problem =
      "evolution.minParams: got 5, allowed with evolution's algorithm autoformer only";
    expect(problemsOf(config, tinySpec)).toEqual([problem]);
    expect(problemsOf({ ...config, searcher: "random" }, tinySpec)).toEqual([problem]);
  });
});
