import type { EventOf, Exchange, SearchEvent } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { readAnswersAgain } from "./read-again.js";

const exchange: Exchange = {
  backend: "openai",
  model: "m",
  request: {},
  answer: "",
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  seconds: 1,
};
const envelope = { v: 1, searchId: "s", at: "2026-01-01T00:00:00.000Z", iteration: 1 } as const;
const first = '{"ks": [3], "e": [1], "d": [1], "r": 16}';
const second = '{"ks": [5], "e": [2], "d": [1], "r": 24}';

const strategy: EventOf<"StrategyProposed"> = {
  ...{ ...envelope, seq: 3, type: "StrategyProposed", strategy: "Go deep." },
  exchanges: [
    { ...exchange, answer: "Go", error: "timeout" },
    { ...exchange, answer: "Go deep." },
  ],
};
const candidates: EventOf<"CandidatesProposed"> = {
  ...{ ...envelope, seq: 5, type: "CandidatesProposed", origin: "generator" },
  candidates: [
    { id: "1.1", text: first, notation: JSON.parse(first) },
    { id: "1.2", text: second, notation: JSON.parse(second) },
  ],
  exchanges: [{ ...exchange, answer: `Try ${first} and ${second}.` }],
};

async function readAgain(...events: readonly SearchEvent[]) {
  return readAnswersAgain(events, await createSearchBench({ config: { budget: 1 } }).run());
}

describe("readAnswersAgain", () => {
  it("finds in the answers what the search was told", async () => {
    expect(await readAgain(strategy, candidates)).toEqual({ equal: 2, different: [] });
  });

  it("names the events whose answer says something else", async () => {
    const shorter = { ...candidates, candidates: candidates.candidates.slice(1) };
    const other = { ...strategy, strategy: "Go wide." };
    expect(await readAgain(other, shorter)).toEqual({ equal: 0, different: [3, 5] });
  });

  it("leaves out what no model wrote", async () => {
    const drawn = { ...candidates, origin: "fallback", exchanges: [] };
    expect(await readAgain(drawn)).toEqual({ equal: 0, different: [] });
  });
});
