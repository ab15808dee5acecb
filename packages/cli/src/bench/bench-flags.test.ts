import { suiteOf } from "@collm/bench";
import { describe, expect, it } from "vitest";
import { type BenchFlags, readCount, readJobs, suiteOptions } from "./bench-flags.js";
import { benchTargets } from "./bench-targets.js";

const promptSets = ["default", "other"];

function options(suite: string, flags: BenchFlags) {
  return suiteOptions(suiteOf(suite), flags, promptSets);
}

describe("suiteOptions", () => {
  it("reads what flags say and leaves the rest to the suite", () => {
    expect(options("memory", {})).toEqual({ players: [], prompts: promptSets });
    expect(
      options("temperature", {
        budget: "50",
        candidates: "5",
        maxMacs: "1.2M",
        searchers: "random, evolution:paper",
        temperatures: "0,0.6",
      }),
    ).toEqual({
      budget: 50,
      candidates: 5,
      maxMacs: 1_200_000,
      searchers: ["random", "evolution:paper"],
      temperatures: [0, 0.6],
      prompts: promptSets,
      players: [],
    });
  });

  it("takes --llm for the roles of one search, and in llms for models of their own", () => {
    const llm = ["openai:a@http://x/v1", "generator=openai:b@http://x/v1"];
    expect(options("memory", { llm }).players).toEqual([
      {
        navigator: { backend: "openai", model: "a", baseUrl: "http://x/v1" },
        generator: { backend: "openai", model: "b", baseUrl: "http://x/v1" },
      },
    ]);
    const { players } = options("llms", { llm: ["heuristic", "openai:b"] });
    expect(players.map(({ navigator }) => navigator.backend)).toEqual(["heuristic", "openai"]);
  });

  it.each([
    ["memory", { budget: "0" }, '--budget: got "0", allowed is a whole number from 1 to 1000000'],
    [
      "memory",
      { candidates: "300" },
      '--candidates: got "300", allowed is a whole number from 1 to',
    ],
    ["memory", { maxMacs: "much" }, '--max-macs: got "much", allowed is a positive count'],
    ["demo", { searchers: "random,,evolution" }, '--searchers: got "random,,evolution", allowed'],
    ["temperature", { temperatures: "0,3" }, '--temperatures: got "3", allowed are numbers'],
    ["memory", { temperatures: "0" }, '--temperatures: got "0", allowed is only in the suite temp'],
    ["prompts", { prompts: "nope" }, '--prompts: got "nope", allowed are default, other'],
    ["memory", { prompts: "default" }, '--prompts: got "default", allowed is only in the suite'],
    ["llms", { llm: ["gpt"] }, '--llm: got "gpt", allowed is heuristic or openai:MODEL@BASE_URL'],
  ])("%s refuses %o", (suite, flags, message) => {
    expect(() => options(suite, flags)).toThrow(message);
  });

  it("names the flag of a count", () => {
    expect(readCount("--seeds", " 400 ")).toBe(400);
    expect(() => readJobs({ jobs: "x" })).toThrow('--jobs: got "x", allowed is a whole number');
    expect(readJobs({})).toBeGreaterThan(0);
  });
});

describe("benchTargets", () => {
  it("takes a table for all of its data sets, or those that are named", async () => {
    const suite = suiteOf("memory");
    const names = async (flags: BenchFlags) =>
      (await benchTargets(suite, flags)).map(({ name }) => name);
    expect(await names({ table: "x.table" })).toEqual(["cifar10", "cifar100", "imagenet16-120"]);
    expect(await names({ table: "x.table", dataSets: "cifar100" })).toEqual(["cifar100"]);
    const [target] = await benchTargets(suite, { table: "x.table", charge: "evaluation" });
    expect(target).toMatchObject({ settings: { charge: "evaluation", epochs: 200 } });
  });

  it("takes the digits supernet for the demo", async () => {
    expect(await benchTargets(suiteOf("demo"), {})).toMatchObject([
      { kind: "supernet", name: "digits" },
    ]);
  });

  it.each([
    [{}, "--table: got nothing, allowed is a table of NAS-Bench-201"],
    [{ table: "x", supernet: ["y"] }, "--table, --supernet: got x and y, allowed is one of them"],
    [{ supernet: ["y"], charge: "training" }, "--charge: allowed is only with --table"],
    [{ supernet: ["y"], dataSets: "cifar10" }, "--data-sets: allowed is only with --table"],
    [{ table: "x", dataSets: "mnist" }, '--data-sets: got "mnist", allowed are cifar10, cifar100'],
    [{ table: "x", charge: "time" }, '--charge: got "time", allowed are training, evaluation'],
  ])("refuses %o", async (flags, message) => {
    await expect(benchTargets(suiteOf("memory"), flags)).rejects.toThrow(message);
  });
});
