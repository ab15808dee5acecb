import { describe, expect, it } from "vitest";
import { foldEvents } from "./apply-event.js";
import type { SearchConfig } from "./config.js";
import type { Exchange } from "./events.js";
import { archive } from "./folds.js";
import { forecastSpending, isAffordable } from "./llm-budget.js";
import { replaySearch } from "./replay/replay-search.js";
import { nothingSpentYet, spendingOf } from "./spending.js";
import { createSearchBench } from "./testing.js";

const config: Partial<SearchConfig> = {
  searcher: "collm",
  candidatesPerIteration: 4,
  budget: 40,
  iterations: 10,
};

/** A search in which each answer costs 100 tokens and a quarter. */
async function searched(change: Partial<SearchConfig>, tokensOf = (_: number) => 100) {
  const bench = createSearchBench({ config: { ...config, ...change } });
  for (const method of ["proposeStrategy", "proposeCandidates"] as const) {
    const ask = bench.roles[method].bind(bench.roles) as (request: never) => Promise<never>;
    let answers = 0;
    Object.assign(bench.roles, {
      [method]: async (request: never) => {
        const answer: { exchanges: readonly Exchange[] } = await ask(request);
        const tokens = tokensOf(++answers);
        const usage = {
          inputTokens: tokens,
          cachedInputTokens: 0,
          outputTokens: 0,
          reasoningTokens: 0,
        };
        return {
          ...answer,
          exchanges: answer.exchanges.map((exchange) => ({ ...exchange, usage, cost: 0.25 })),
        };
      },
    });
  }
  const state = await bench.run();
  return { state, events: bench.journal.events };
}

describe("a budget for language models", () => {
  it("ends the search before the question that would go over it", async () => {
    const { state, events } = await searched({ maxLlmTokens: 750 });
    expect(state.finishReason).toBe("llm-budget");
    expect(state.llm.total).toMatchObject({ requests: 7, tokens: 700, cost: 1.75 });
    // Three rounds of two questions; the strategy of the fourth is paid for, its candidates are not.
    expect(archive(state)).toHaveLength(12);
    expect((await replaySearch(events)).divergence).toBeUndefined();
  });

  it("counts money as well as tokens", async () => {
    const { state } = await searched({ maxLlmCost: 1 });
    expect(state.finishReason).toBe("llm-budget");
    expect(state.llm.total.cost).toBe(1);
  });

  it("is overspent by no more than an answer that is dearer than all before it", async () => {
    const { state } = await searched({ maxLlmTokens: 1_000 }, (answer) => 50 * answer);
    expect(state.llm.total.tokens).toBeLessThanOrEqual(1_000 + 50);
  });

  it("does not touch a search that stays below it, and waits for what is under way", async () => {
    const { state } = await searched({ maxLlmTokens: 10_000 });
    expect(state.finishReason).toBe("budget");
    const pipelined = await searched({ maxLlmTokens: 750, staleness: 2, resultShare: 0.25 });
    expect(pipelined.state.finishReason).toBe("llm-budget");
    expect(pipelined.state.iterations.flatMap(({ candidates = [] }) => candidates)).toSatisfy(
      (all: { status: { kind: string } }[]) =>
        all.every(({ status }) => status.kind !== "requested"),
    );
  });
});

describe("isAffordable", () => {
  it("expects several calls at once to cost as much as the dearest each", () => {
    const spending = {
      ...nothingSpentYet,
      total: { ...nothingSpentYet.total, tokens: 400 },
      mostTokens: 100,
    };
    expect(isAffordable(spending, { maxLlmTokens: 700, subBatches: 3 })).toBe(true);
    expect(isAffordable(spending, { maxLlmTokens: 699, subBatches: 3 })).toBe(false);
  });
});

describe("forecastSpending", () => {
  it("goes on as before, up to whichever of budget and iterations comes first", async () => {
    const { events } = await searched({});
    const half = events.findIndex(
      (event) => event.type === "StrategyRequested" && event.iteration === 6,
    );
    const state = foldEvents(events.slice(0, half));
    expect(forecastSpending(state)).toEqual({ tokens: 2_000, cost: 5 });
    expect(forecastSpending(foldEvents(events.slice(0, 1)))).toBeUndefined();
  });
});

describe("spendingOf", () => {
  it("leaves the heuristic out and counts requests without a price", () => {
    const usage = { inputTokens: 5, cachedInputTokens: 4, outputTokens: 2, reasoningTokens: 1 };
    const exchange = { backend: "openai", model: "m", request: {}, answer: "", usage, seconds: 2 };
    expect(
      spendingOf([exchange, { ...exchange, cost: 0.5 }, { ...exchange, backend: "heuristic" }]),
    ).toEqual({ requests: 2, tokens: 14, cost: 0.5, unpricedRequests: 1, seconds: 4 });
  });
});
