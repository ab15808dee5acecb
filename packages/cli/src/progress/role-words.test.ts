import { createSearchBench } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { createRoleWords } from "./role-words.js";

const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
const exchange = { backend: "heuristic", model: "heuristic", request: {}, answer: "x", usage };

describe("createRoleWords", () => {
  it("says who failed and who stood in, and knows who was to play after a resumption", async () => {
    const timeout = { ...exchange, backend: "vllm", model: "m", error: "no answer", seconds: 9 };
    const bench = createSearchBench({
      config: { searcher: "collm", iterations: 1 },
      ports: {
        roles: {
          proposeStrategy: async () => ({
            kind: "answered",
            value: "x",
            exchanges: [timeout, { ...exchange, seconds: 0 }],
          }),
          proposeCandidates: async () => ({ kind: "failed", reason: "no", exchanges: [] }),
          proposeStrategyAndCandidates: async () => ({ kind: "failed", reason: "", exchanges: [] }),
        },
      },
    });
    await bench.run();
    const [started, ...others] = bench.journal.events;
    if (started?.type !== "SearchStarted") throw new Error("no SearchStarted");
    const wordsFor = (navigator: string) => {
      const words = createRoleWords();
      words({ ...started, roles: { navigator: "openai:a" } });
      const { v, searchId, at, seq } = started;
      words({ v, searchId, at, seq, type: "SearchResumed", roles: { navigator } });
      return others.flatMap((event) => words(event));
    };
    const failed = expect.stringMatching(/^iteration 1: generator failed: no; /);
    expect(wordsFor("vllm:m")).toEqual([
      "iteration 1: navigator played by heuristic: vllm (m): no answer",
      failed,
    ]);
    expect(wordsFor("heuristic")).toEqual([failed]);
  });

  it("says of a change first that there is another player, whom the answer is then judged by", () => {
    const words = createRoleWords();
    const { roleChange, ...common } = {
      ...{ v: 1 as const, searchId: "s", at: "2026-11-26T00:00:00.000Z", seq: 9, iteration: 5 },
      ...{ type: "StrategyProposed" as const, strategy: "x" },
      roleChange: { from: "vllm:qwen3", to: "deepseek:deepseek-chat" },
      exchanges: [{ ...exchange, seconds: 0 }],
    };
    expect(words({ ...common, roleChange })).toEqual([
      "iteration 5: navigator is now played by deepseek:deepseek-chat (before: vllm:qwen3)",
      "iteration 5: navigator played by heuristic: its endpoint is left alone",
    ]);
    expect(words({ ...common, exchanges: [] })).toEqual([]);
  });
});
