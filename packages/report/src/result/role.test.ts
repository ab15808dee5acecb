import type { SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { runFixture } from "../testing/fixture.js";
import { degradedIn } from "./degraded.js";
import { roleInfo, rolesOf } from "./role.js";

describe("roleInfo", () => {
  it("tells rules and recordings from language models", () => {
    expect(
      ["heuristic", "replay:run-3", "openai:heuristic-7b"].map((name) => roleInfo(name).kind),
    ).toEqual(["heuristic", "replay", "language-model"]);
  });
});

describe("rolesOf", () => {
  it("names everybody who played a role, in order", async () => {
    const roleNames = { navigator: "heuristic", generator: "openai:a" };
    const [started] = await runFixture({ config: { budget: 1 }, roleNames });
    if (!started) throw new Error("no SearchStarted");
    const { v, searchId, at } = started;
    const resumed = (seq: number, navigator: string): SearchEvent => {
      const roles = { navigator, generator: "openai:a" };
      return { v, searchId, at, seq, type: "SearchResumed", roles };
    };
    expect(rolesOf([started, resumed(2, "openai:b"), resumed(3, "heuristic")])).toEqual({
      navigator: { backend: "heuristic, then openai:b", kind: "mixed" },
      generator: { backend: "openai:a", kind: "language-model" },
    });
  });

  it("says from which iteration on another player was set up, also at several replicas", async () => {
    const roleNames = { navigator: "openai:a", generator: "openai:g" };
    const [started] = await runFixture({ config: { budget: 1 }, roleNames });
    if (!started) throw new Error("no SearchStarted");
    const { v, searchId, at } = started;
    const answer = (seq: number, iteration: number, from: string, to: string): SearchEvent => ({
      ...{ v, searchId, at, seq, type: "StrategyProposed", iteration, strategy: "x" },
      roleChange: { from, to },
      exchanges: [],
    });
    const events = [
      started,
      answer(2, 3, "openai:a", "vllm:b"),
      answer(3, 4, "vllm:b", "openai:a"),
      answer(4, 5, "openai:a", "vllm:b"),
    ];
    expect(rolesOf(events).navigator).toEqual({
      backend: "openai:a, then vllm:b",
      kind: "language-model",
      changes: [
        { iteration: 3, from: "openai:a", to: "vllm:b" },
        { iteration: 4, from: "vllm:b", to: "openai:a" },
        { iteration: 5, from: "openai:a", to: "vllm:b" },
      ],
    });
    expect(rolesOf(events).generator).toEqual({ backend: "openai:g", kind: "language-model" });
  });

  it("names who stood in where the one who was to play gave no answer", async () => {
    const exchange = { backend: "heuristic", model: "heuristic", request: {}, answer: "Widen." };
    const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    const events = await runFixture({
      config: { iterations: 1 },
      roleNames: { navigator: "vllm:a", generator: "heuristic" },
      roles: {
        proposeStrategy: async () => ({
          kind: "answered",
          value: "Widen.",
          exchanges: [{ ...exchange, usage, seconds: 0 }],
        }),
        proposeCandidates: async () => ({ kind: "failed", reason: "no", exchanges: [] }),
      },
    });
    expect(rolesOf(events)).toEqual({
      navigator: { backend: "vllm:a, then heuristic", kind: "mixed" },
      generator: { backend: "heuristic", kind: "heuristic" },
    });
    expect(degradedIn(events).slice(0, 2)).toEqual([
      {
        iteration: 1,
        role: "navigator",
        reason: "its endpoint was left alone",
        fallback: "played by heuristic",
      },
      expect.objectContaining({ iteration: 1, role: "generator", reason: "no" }),
    ]);
  });
});
