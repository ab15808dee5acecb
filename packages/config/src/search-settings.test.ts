import { resolve as absolute } from "node:path";
import { defaultSearchConfig } from "@collm/search";
import { describe, expect, it } from "vitest";
import { readRoleEnv } from "./role-env.js";
import { readSearchEnvironment } from "./search-environment.js";
import { changeSettings, readYaml, resolveSettings } from "./search-settings.js";

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
      'collm.yaml: searcher: got "genius", allowed is collm, sillm, opro, evolution, ageing-evolution, local-search, reinforce, random; budget: got -3, allowed is more than 0',
    );
  });

  it("refuses an unknown key by name and lists the keys there are", () => {
    expect(() => resolve("bugdet: 3\n")).toThrow(
      "collm.yaml: bugdet: unknown key, allowed are supernet, searcher, preset, seed",
    );
    expect(() => resolve("evolution: { parents: 3 }\n")).toThrow(
      "collm.yaml: evolution.parents: unknown key, allowed are population, algorithm, parentShare",
    );
  });

  it("refuses a preset of another searcher and lists the ones there are", () => {
    expect(() => resolve("searcher: random\npreset: paper\n")).toThrow(
      'preset: got "paper", allowed for searcher random is default',
    );
  });

  it("changes single keys of a searcher's section", () => {
    const { search } = resolve("searcher: ageing-evolution\nageing: { sampleSize: 3 }\n");
    expect(search.ageing).toEqual({ population: 20, sampleSize: 3 });
    expect(() => resolve("reinforce: { baselineDecay: 1 }\n")).toThrow("reinforce.baselineDecay");
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

  it("takes a preset's limits unless the user sets his own", () => {
    const spos = "searcher: evolution\npreset: spos\n";
    expect(resolve(spos).search).toMatchObject({
      budget: 1050,
      candidatesPerIteration: 50,
      limits: { maxFlops: 330_000_000 },
      evolution: { algorithm: "spos", parentShare: 0.2 },
    });
    expect(resolve(`${spos}maxFlops: 300M\nmaxParams: 3M\n`).search.limits).toEqual({
      maxFlops: 300_000_000,
      maxParams: 3_000_000,
    });
  });

  it("drops a preset's lower bound above the user's limit, but not the user's own", () => {
    const preset = "searcher: evolution\npreset: autoformer\n";
    const minParamsOf = (yaml: string, flags = {}) =>
      resolve(preset + yaml, {}, flags).search.evolution.minParams;
    expect(minParamsOf("")).toBe(18_000_000);
    expect(minParamsOf("maxParams: 23M\n")).toBe(18_000_000);
    expect(minParamsOf("maxParams: 7M\n")).toBeUndefined();
    expect(minParamsOf("maxParams: 7M\n", { evolution: { minParams: "5M" } })).toBe(5_000_000);
    expect(minParamsOf("maxParams: 7M\nevolution: { minParams: 8M }\n")).toBe(8_000_000);
  });

  it("says where YAML is broken", () => {
    expect(() => resolve("budget: [1\n")).toThrow(
      /^collm.yaml: not valid YAML: .* at line 2, column 1$/,
    );
  });

  it("names the field of a value that a service would refuse, and what is allowed", () => {
    const wrong = `
candidatesPerIteration: 257
navigator: { baseUrl: nope, temperature: 3, timeoutMs: 0 }
evaluator: { provider: webgpu, workers: 1000 }
`;
    expect(() => resolve(wrong)).toThrow(
      [
        "collm.yaml: candidatesPerIteration: got 257, allowed is a whole number from 1 to 256",
        'navigator.baseUrl: got "nope", allowed is an http or https URL',
        "navigator.temperature: got 3, allowed is a number from 0 to 2",
        "navigator.timeoutMs: got 0, allowed is a whole number from 1 to 3600000",
        'evaluator.provider: got "webgpu", allowed is cpu, cuda, tensorrt, dml, coreml',
        "evaluator.workers: got 1000, allowed is a whole number from 1 to 256",
      ].join("; "),
    );
  });

  it("takes a supernet of a file relative to it, any other relative to the working directory", () => {
    const file = readYaml("configs/collm.yaml", "supernet: ./digits.yaml");
    const environment = readSearchEnvironment({ COLLM_SEARCH_SUPERNET: "digits.yaml" });
    const flags = { name: "command line", values: { supernet: "../digits.yaml" } };
    expect(resolveSettings([file]).supernet).toBe(absolute("configs/digits.yaml"));
    expect(resolveSettings([file, environment]).supernet).toBe(absolute("digits.yaml"));
    expect(resolveSettings([file, environment, flags]).supernet).toBe(absolute("../digits.yaml"));
  });

  it("reads how long the Navigator's conversation may be, which the Generator has not", () => {
    const { navigator } = resolve("navigator: { contextTokens: 100000 }\n");
    expect(navigator).toMatchObject({ contextTokens: 100_000 });
    expect(() => resolve("navigator: { contextTokens: 100 }\n")).toThrow(
      "navigator.contextTokens: got 100, allowed is a whole number from 1000 to 10000000",
    );
    expect(() => resolve("generator: { contextTokens: 100000 }\n")).toThrow(
      "generator.contextTokens: unknown key",
    );
  });

  it("refuses a base URL with a password, and shows it nowhere", () => {
    const url = "http://user:s3cret@host/v1";
    const allowed = 'got "http://[hidden]@host/v1", allowed is an http or https URL without user';
    const problemOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return String(error);
      }
      return "";
    };
    const problems = [
      problemOf(() => resolve(`navigator: { backend: openai, model: m, baseUrl: "${url}" }\n`)),
      problemOf(() => resolve("", { COLLM_SEARCH_GENERATOR_BASE_URL: url })),
      problemOf(() => readRoleEnv("generator", { COLLM_GENERATOR_BASE_URL: url })),
    ];
    for (const problem of problems) {
      expect(problem).toContain(allowed);
      expect(problem).not.toContain("s3cret");
    }
  });

  it("calls a preset that is not there as its source does", () => {
    const flags = { values: { preset: "paper" }, nameOf: () => "--preset" };
    expect(() => resolveSettings([readYaml("a.yaml", "searcher: random\n"), flags])).toThrow(
      /^--preset: got "paper", allowed for searcher random is default$/,
    );
  });

  it("reads counts with suffixes and refuses anything else", () => {
    expect(resolve("maxFlops: 330M\n").search.limits).toEqual({ maxFlops: 330_000_000 });
    for (const [yaml, got] of Object.entries({ lots: '"lots"', true: "true", "-1": "-1" })) {
      expect(() => resolve(`maxFlops: ${yaml}\n`)).toThrow(
        `maxFlops: got ${got}, allowed is a positive count such as 330M, 1.2M or 900000`,
      );
    }
  });

  it("takes lists and objects of a role from file and environment, and files beside the file", () => {
    const yaml =
      "navigator: { backend: vllm, model: a, fallback: ['openai:b', heuristic], apiKeyFile: key }\n";
    const env = { COLLM_SEARCH_NAVIGATOR_EXTRA_BODY: '{"top_k": 20}' };
    expect(resolve(yaml, env).navigator).toEqual({
      backend: "vllm",
      model: "a",
      fallback: ["openai:b", "heuristic"],
      apiKeyFile: absolute("key"),
      extraBody: { top_k: 20 },
    });
    const listed = { COLLM_SEARCH_NAVIGATOR_FALLBACK: "openai:c@http://x/v1?a=1,2,heuristic" };
    expect(resolve(yaml, listed).navigator?.fallback).toEqual([
      "openai:c@http://x/v1?a=1,2",
      "heuristic",
    ]);
    // Who names the backend says all of the endpoint, key and stand-ins included.
    const other = resolve(yaml, {}, { navigator: { backend: "ollama", model: "c" } });
    expect(other.navigator).toEqual({ backend: "ollama", model: "c" });
    const replay = "navigator: { backend: replay, replayDir: a, fallback: ['replay:b?strict'] }\n";
    expect(resolve(replay, {}, { navigator: { recordDir: "c" } }).navigator).toEqual({
      backend: "replay",
      replayDir: absolute("a"),
      fallback: [`replay:${absolute("b")}?strict`],
      recordDir: absolute("c"),
    });
    expect(() => resolve("navigator: { backend: replay }\n")).toThrow(
      "navigator.replayDir: got nothing, allowed is a directory, which replay needs",
    );
    expect(() => resolve("navigator: { fallback: [heuristic, 'openai:b'] }\n")).toThrow(
      /^collm.yaml: navigator.fallback: got .*, allowed is heuristic or openai:MODEL/,
    );
  });
});

describe("resolveSettings, section by section", () => {
  const file = `
navigator: { backend: openai, model: a, baseUrl: "http://a/v1", temperature: 0.2, timeoutMs: 500000 }
evaluator: { provider: cuda, workers: 3 }
evolution: { parentShare: 0.3 }
`;

  it("fills in nothing, so that a service's own environment can", () => {
    const { navigator, generator, evaluator } = resolve("navigator: { temperature: 0.2 }\n");
    expect({ navigator, generator, evaluator }).toEqual({
      navigator: { temperature: 0.2 },
      evaluator: {},
    });
  });

  it("merges key by key", () => {
    const env = { COLLM_SEARCH_NAVIGATOR_TEMPERATURE: "0.9", COLLM_SEARCH_EVALUATOR_WORKERS: "2" };
    const flags = { evolution: { mutationShare: 0.7 } };
    const { navigator, evaluator, search } = resolve(file, env, flags);
    expect(navigator).toMatchObject({ model: "a", temperature: 0.9, timeoutMs: 500_000 });
    expect(evaluator).toEqual({ provider: "cuda", workers: 2 });
    const { evolution } = defaultSearchConfig("collm");
    expect(search.evolution).toEqual({ ...evolution, parentShare: 0.3, mutationShare: 0.7 });
  });

  it("replaces the endpoint of a role as a whole and keeps its other settings", () => {
    const others = { temperature: 0.2, timeoutMs: 500_000 };
    for (const endpoint of [
      { backend: "openai", model: "b", baseUrl: "http://b/v1" },
      { backend: "openai", model: "b" },
      { backend: "heuristic" },
    ]) {
      expect(resolve(file, {}, { navigator: endpoint }).navigator).toEqual({
        ...endpoint,
        ...others,
      });
    }
  });

  it("lets a later source change the model alone", () => {
    expect(resolve(file, { COLLM_SEARCH_NAVIGATOR_MODEL: "b" }).navigator).toMatchObject({
      model: "b",
      baseUrl: "http://a/v1",
    });
  });

  it("asks for what an endpoint lacks once all sources are read", () => {
    const noModel = "navigator: { backend: openai }\n";
    expect(() => resolve(noModel)).toThrow(
      "navigator.model: got nothing, allowed is a model's name, which openai needs",
    );
    const env = { COLLM_SEARCH_NAVIGATOR_MODEL: "b" };
    expect(resolve(noModel, env).navigator).toEqual({ backend: "openai", model: "b" });
    expect(() => resolve("", env)).toThrow(
      "navigator.backend: got nothing, allowed is openai or heuristic, since navigator.model is set",
    );
  });
});

describe("changeSettings", () => {
  const base = resolve("preset: paper\nmaxMacs: 1M\nbudget: 30\nnavigator: { temperature: 0.2 }\n");

  it("changes what is said and keeps everything else", () => {
    const values = { budget: 60, maxMacs: "2M", navigator: { backend: "heuristic" } };
    const changed = changeSettings(base, { values });
    expect(changed.search).toEqual({ ...base.search, budget: 60, limits: { maxMacs: 2_000_000 } });
    expect(changed.navigator).toEqual({ backend: "heuristic", temperature: 0.2 });
    expect(changeSettings(base, { values: {} })).toEqual(base);
  });

  it("leaves the preset's name and section behind when the searcher changes", () => {
    const published = resolve("searcher: evolution\npreset: autoformer\nbudget: 30\n");
    const { search } = changeSettings(published, { values: { searcher: "random" } });
    expect(search).toEqual({
      ...published.search,
      searcher: "random",
      preset: "default",
      evolution: defaultSearchConfig("random").evolution,
    });
  });

  it("names what is wrong as its source calls it", () => {
    const source = { values: { budget: -1 }, nameOf: () => "--budget" };
    expect(() => changeSettings(base, source)).toThrow("--budget: got -1, allowed is more than 0");
  });
});
