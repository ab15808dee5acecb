import { describe, expect, it } from "vitest";
import { defaultSearchConfig, presets, searchConfigSchema } from "./config.js";
import { candidateId, evaluationKey, parseSearchId } from "./identifiers.js";

describe("presets", () => {
  it.each(searchConfigSchema.shape.searcher.options)("of %s are valid configurations", (name) => {
    for (const [preset, changes] of Object.entries(presets[name])) {
      const config = { ...defaultSearchConfig(name), preset, ...changes };
      expect(searchConfigSchema.parse(config)).toEqual(config);
    }
  });

  it("make the paper's method evaluate over-limit candidates, ask once more and hint at nothing", () => {
    expect(presets.collm.paper).toEqual({
      overLimit: "evaluate",
      finalStrategy: true,
      visitedHints: false,
      rejectionFeedback: false,
      costHints: false,
    });
  });
});

describe("searchConfigSchema", () => {
  it("allows no batch that the Generator would refuse to write", () => {
    const config = { ...defaultSearchConfig("collm"), candidatesPerIteration: 257 };
    expect(searchConfigSchema.safeParse(config).success).toBe(false);
  });

  it("reads journals from before a searcher had its section", () => {
    const { ageing: _, localSearch: __, reinforce: ___, ...older } = defaultSearchConfig("random");
    expect(searchConfigSchema.parse(older)).toEqual(defaultSearchConfig("random"));
  });

  it("reads journals from before the hints could be turned off as what they were", () => {
    const { rejectionFeedback: _, costHints: __, ...older } = defaultSearchConfig("collm");
    expect(searchConfigSchema.parse(older)).toEqual(defaultSearchConfig("collm"));
  });
});

describe("identifiers", () => {
  it("accepts search ids that are safe as directory, subject and host name", () => {
    expect(parseSearchId("run-7")).toBe("run-7");
    for (const text of ["", "Run", "-a", "a.b", "a/b", "a b", "a".repeat(64), "a\n"]) {
      expect(() => parseSearchId(text), JSON.stringify(text)).toThrow("search id");
    }
  });

  it("names candidates by place and evaluations by content", () => {
    expect(candidateId(3, 12)).toBe("3.12");
    expect(evaluationKey("r12/k3e1", "abc")).toBe("r12/k3e1@abc");
  });
});
