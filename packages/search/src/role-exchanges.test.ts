import { describe, expect, it } from "vitest";
import { type Exchange, searchEventSchema } from "./events.js";
import { createSearchBench } from "./testing.js";

const spent: Exchange = {
  backend: "openai",
  model: "m",
  request: { body: { messages: [] } },
  answer: "",
  reasoning: "Let me think about",
  error: "the model reached its token limit before it began to answer",
  isCutOff: true,
  usage: { inputTokens: 900, cachedInputTokens: 0, outputTokens: 500, reasoningTokens: 500 },
  seconds: 12,
};
const failure = { kind: "failed", reason: "no answer", exchanges: [spent, spent] } as const;

describe("a role that fails", () => {
  it("leaves every request it had made in the journal, whole", async () => {
    const bench = createSearchBench({
      config: { searcher: "collm", iterations: 1 },
      ports: {
        roles: {
          proposeStrategy: async () => failure,
          proposeCandidates: async () => failure,
          proposeStrategyAndCandidates: async () => failure,
        },
      },
    });
    await bench.run();
    const degraded = bench.journal.events.filter((event) => event.type === "Degraded");
    expect(degraded).toMatchObject([
      { role: "navigator", reason: "no answer", exchanges: failure.exchanges },
      { role: "generator", reason: "no answer", exchanges: failure.exchanges },
    ]);
    for (const event of degraded) expect(searchEventSchema.parse(event)).toEqual(event);
  });

  it("is stood in for by sampling where it is the only one (SiLLM)", async () => {
    const bench = createSearchBench({
      config: { searcher: "sillm", iterations: 1 },
      ports: {
        roles: {
          proposeStrategy: async () => failure,
          proposeCandidates: async () => failure,
          proposeStrategyAndCandidates: async () => failure,
        },
      },
    });
    await bench.run();
    expect(bench.journal.events.map(({ type }) => type).slice(1, 4)).toEqual([
      "CandidatesRequested",
      "Degraded",
      "CandidatesProposed",
    ]);
    expect(bench.journal.events[2]).toMatchObject({
      role: "navigator",
      fallback: "uniform sampling within the limits for this iteration",
      exchanges: failure.exchanges,
    });
    expect(bench.journal.events[3]).toMatchObject({ origin: "fallback" });
  });
});
