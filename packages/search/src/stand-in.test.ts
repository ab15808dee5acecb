import { describe, expect, it } from "vitest";
import type { Exchange, SearchEvent } from "./events.js";
import { standInOf } from "./stand-in.js";

const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };

function by(backend: string, error?: string): Exchange {
  const exchange = { backend, model: "m", request: {}, answer: "", usage, seconds: 0 };
  return error === undefined ? exchange : { ...exchange, error };
}

function proposed(...exchanges: Exchange[]): SearchEvent {
  const envelope = { v: 1, searchId: "s-1", seq: 4, at: "2026-11-26T00:00:00.000Z" } as const;
  return { ...envelope, type: "StrategyProposed", iteration: 2, strategy: "", exchanges };
}

describe("standInOf", () => {
  const roles = { navigator: "vllm:qwen3" };

  it("says who answered for whom, and why", () => {
    expect(
      standInOf(proposed(by("vllm", "503"), by("vllm", "503"), by("heuristic")), roles),
    ).toEqual({
      iteration: 2,
      role: "navigator",
      player: "heuristic",
      reasons: ["vllm (m): 503"],
    });
    // The breaker had let no request through.
    expect(standInOf(proposed(by("heuristic")), roles)).toMatchObject({ reasons: [] });
  });

  it("says nothing of a player that only tried again, or of a role that nobody named", () => {
    expect(standInOf(proposed(by("vllm", "503"), by("vllm")), roles)).toBeUndefined();
    expect(standInOf(proposed(by("heuristic")), {})).toBeUndefined();
  });
});
