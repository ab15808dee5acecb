import { describe, expect, it } from "vitest";
import type { Exchange } from "./events.js";
import type { Roles } from "./ports.js";
import { promptSizeOf } from "./prompt-size.js";
import { createSearchBench, ScriptedRoles } from "./testing.js";

function exchange(request: unknown, inputTokens: number): Exchange {
  const usage = { inputTokens, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  return { backend: "openai", model: "m", request, answer: "", usage, seconds: 0 };
}

const chat = { body: { messages: [{ content: "1234" }, { content: "123456" }, { content: [] }] } };

describe("promptSizeOf", () => {
  it("is of the last request that was counted", () => {
    const size = { characters: 10, inputTokens: 7 };
    expect(promptSizeOf([exchange(chat, 5), exchange(chat, 7)])).toEqual(size);
    expect(promptSizeOf([exchange(chat, 7), exchange(chat, 0)])).toEqual(size);
  });

  it.each([
    undefined,
    null,
    "text",
    {},
    { body: { messages: "x" } },
    { body: { messages: [null] } },
  ])("is unknown of %j", (request) => {
    expect(promptSizeOf([exchange(request, 7)])).toBeUndefined();
    expect(promptSizeOf([])).toBeUndefined();
  });

  it("is told with the round that its strategy began", async () => {
    const roles = new ScriptedRoles();
    const counting: Roles = {
      proposeStrategy: async (request) => ({
        ...(await roles.proposeStrategy(request)),
        exchanges: [exchange(chat, 7)],
      }),
      proposeCandidates: (request) => roles.proposeCandidates(request),
      proposeStrategyAndCandidates: (request) => roles.proposeStrategyAndCandidates(request),
    };
    const config = { searcher: "collm", iterations: 3, budget: 100 } as const;
    await createSearchBench({ config, ports: { roles: counting } }).run();
    const told = roles.strategyRequests.at(-1)?.trajectory ?? [];
    expect(told.map(({ promptSize }) => promptSize)).toEqual([
      { characters: 10, inputTokens: 7 },
      { characters: 10, inputTokens: 7 },
    ]);
  });
});
