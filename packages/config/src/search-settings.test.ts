import { describe, expect, it } from "vitest";
import { readSearchEnvironment, readYaml, resolveSettings } from "./search-settings.js";

const resolve = (yaml: string, env: Record<string, string> = {}, flags: object = {}) =>
  resolveSettings([
    readYaml("collm.yaml", yaml),
    readSearchEnvironment(env),
    { name: "command line", values: flags },
  ]);

describe("resolveSettings", () => {
  it("prefers the command line to the environment to the file to the defaults", () => {
    const file = "budget: 10\nseed: 1\nmaxMacs: 1.5M\n";
    const env = { COLLM_SEARCH_SEED: "2", COLLM_SEARCH_MAX_MACS: "2M" };
    const { search } = resolve(file, env, { maxMacs: "900k" });
    expect(search).toMatchObject({
      budget: 10,
      seed: 2,
      limits: { maxMacs: 900_000 },
      iterations: 20,
    });
  });

  it("names field, value and what is allowed, for every problem at once", () => {
    expect(() => resolve("budget: -3\nsearcher: genius\n")).toThrow(
      'collm.yaml: searcher: got "genius", allowed is collm, evolution, random; budget: got -3, allowed is more than 0',
    );
  });

  it("refuses an unknown key by name", () => {
    expect(() => resolve("bugdet: 3\n")).toThrow("collm.yaml: bugdet: unknown key");
    expect(() => resolve("evolution: { parents: 3 }\n")).toThrow("evolution.parents: unknown key");
  });

  it("refuses an unknown environment variable of its own prefix", () => {
    expect(() => resolve("", { COLLM_SEARCH_BUGDET: "3" })).toThrow(
      "COLLM_SEARCH_BUGDET is unknown",
    );
  });

  it("refuses a preset of another searcher and lists the ones there are", () => {
    expect(() => resolve("searcher: random\npreset: paper\n")).toThrow(
      'preset: got "paper", allowed for searcher random is default',
    );
  });

  it("lets a setting override its preset", () => {
    const { search } = resolve("preset: paper\nvisitedHints: true\n");
    expect(search).toMatchObject({ preset: "paper", overLimit: "evaluate", visitedHints: true });
  });

  it.each(["rejectionFeedback", "costHints"] as const)("knows %s", (key) => {
    expect(resolve("preset: paper\n").search[key]).toBe(false);
    expect(resolve(`preset: paper\n${key}: true\n`).search[key]).toBe(true);
    expect(resolve("").search[key]).toBe(true);
    expect(resolve(`${key}: false\n`).search[key]).toBe(false);
  });

  it("says where YAML is broken", () => {
    expect(() => resolve("budget: [1\n")).toThrow(/collm.yaml: not valid YAML: .*line/);
  });

  it("asks for a model when a role is an endpoint", () => {
    expect(() => resolve("navigator: { backend: openai }\n")).toThrow(
      /navigator.model: got nothing/,
    );
  });

  it("reads how long the Navigator's conversation may be, which the Generator has not", () => {
    const { navigator } = resolve("navigator: { contextTokens: 100000 }\n");
    expect(navigator).toMatchObject({ contextTokens: 100_000 });
    expect(() => resolve("navigator: { contextTokens: 100 }\n")).toThrow(
      "navigator.contextTokens: got 100, allowed is at least 1000",
    );
    expect(() => resolve("generator: { contextTokens: 100000 }\n")).toThrow(
      "generator.contextTokens: unknown key",
    );
  });

  it("reads counts with suffixes and refuses anything else", () => {
    expect(resolve("maxFlops: 330M\n").search.limits).toEqual({ maxFlops: 330_000_000 });
    expect(() => resolve("maxFlops: lots\n")).toThrow(
      'maxFlops: got "lots", allowed is a positive count such as 330M',
    );
  });
});
