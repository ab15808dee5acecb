import { describe, expect, it } from "vitest";
import { armOf, heuristicPlayers, type Players } from "./arm.js";
import { listSuites, suiteOf } from "./catalogue.js";

const model: Players = {
  navigator: { backend: "openai", model: "qwen3", baseUrl: "http://localhost:8000/v1" },
  generator: { backend: "openai", model: "qwen3", baseUrl: "http://localhost:8000/v1" },
};

describe("armOf", () => {
  it("has the searcher's defaults, the preset's changes and what the suite has in common", () => {
    const common = { budget: 50, candidates: 5, limits: { maxMacs: 7 } };
    const arm = armOf("evolution:paper", common, heuristicPlayers);
    expect(arm).toMatchObject({ name: "evolution-paper", label: "evolution (paper)" });
    expect(arm.config).toMatchObject({
      searcher: "evolution",
      preset: "paper",
      budget: 50,
      candidatesPerIteration: 5,
      limits: { maxMacs: 7 },
      evolution: { population: 10, parentShare: 0.5 },
    });
    expect(arm.players).toBeUndefined();
  });

  it("says who plays the roles", () => {
    const common = { budget: 50, limits: {} };
    expect(armOf("collm", common, heuristicPlayers).label).toBe("collm, heuristic");
    expect(armOf("collm", common, model).label).toBe("collm, qwen3");
    const mixed = { ...model, generator: heuristicPlayers.generator };
    expect(armOf("collm", common, mixed).label).toBe("collm, qwen3 + heuristic");
    // SiLLM asks one role only.
    expect(armOf("sillm", common, mixed).label).toBe("sillm, qwen3");
  });

  it("names what is allowed", () => {
    const common = { budget: 50, limits: {} };
    expect(() => armOf("bayes", common, heuristicPlayers)).toThrow(
      /^--searchers: got "bayes", allowed are collm, /,
    );
    expect(() => armOf("evolution:huge", common, heuristicPlayers)).toThrow(
      '--searchers: got "evolution:huge", allowed presets of evolution are default, paper, spos, autoformer',
    );
  });
});

describe("suites", () => {
  it("have arms of different names, and baselines among them", () => {
    for (const suite of listSuites()) {
      const needsModel = ["prompts", "llms", "temperature"].includes(suite.name);
      const { arms, baselines } = suite.plan({
        players: needsModel ? [model] : [],
        ...(suite.name === "prompts" ? { prompts: ["default", "other"] } : {}),
      });
      const names = arms.map(({ name }) => name);
      expect(new Set(names).size, suite.name).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
      expect(baselines.length).toBeGreaterThan(0);
      for (const baseline of baselines) expect(names).toContain(baseline);
      for (const arm of arms) expect(arm.config.budget).toBe(suite.budget);
    }
  });

  it("compare the paper's four memories and its 36 pairs of temperatures", () => {
    const memory = suiteOf("memory").plan({ players: [] });
    expect(
      memory.arms.map(({ config }) => [config.navigatorMemory, config.generatorMemory]),
    ).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]);
    const { arms } = suiteOf("temperature").plan({ players: [model] });
    expect(arms).toHaveLength(36);
    expect(arms[1]?.players).toMatchObject({
      navigator: { model: "qwen3", temperature: 0 },
      generator: { model: "qwen3", temperature: 0.2 },
    });
  });

  it.each([
    ["prompts", { players: [] }, "--llm: got heuristic"],
    ["prompts", { players: [model], prompts: ["default"] }, "--prompts: got default"],
    ["temperature", { players: [model, model] }, "--llm: got several"],
    ["llms", { players: [] }, "--llm: got nothing"],
    ["llms", { players: [model, model] }, "--llm: got qwen3 twice"],
    ["memory", { players: [model, model] }, "--llm: got several language models"],
    [
      "memory",
      { players: [], searchers: ["random"] },
      "--searchers: got random, allowed is nothing",
    ],
    ["demo", { players: [], searchers: ["random", "random"] }, "--searchers: got random twice"],
  ])("%s refuses what it cannot compare: %o", (name, options, message) => {
    expect(() => suiteOf(name).plan(options)).toThrow(message);
  });

  it("are known by name", () => {
    expect(() => suiteOf("speed")).toThrow(
      'SUITE: got "speed", allowed are nas-bench-201, memory, single-vs-dual, prompts, llms, temperature, budget, demo',
    );
  });
});
