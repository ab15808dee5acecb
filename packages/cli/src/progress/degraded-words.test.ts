import { createSearchBench } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { createDegradedWords } from "./degraded-words.js";

const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
const exchange = { backend: "heuristic", model: "heuristic", request: {}, answer: "x", usage };

describe("createDegradedWords", () => {
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
      const words = createDegradedWords();
      words({ ...started, roles: { navigator: "openai:a" } });
      const { v, searchId, at, seq } = started;
      words({ v, searchId, at, seq, type: "SearchResumed", roles: { navigator } });
      return others.flatMap((event) => words(event) ?? []);
    };
    const failed = expect.stringMatching(/^iteration 1: generator failed: no; /);
    expect(wordsFor("vllm:m")).toEqual([
      "iteration 1: navigator played by heuristic: vllm (m): no answer",
      failed,
    ]);
    expect(wordsFor("heuristic")).toEqual([failed]);
  });
});
