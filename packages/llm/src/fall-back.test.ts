import type { Exchange, RoleAnswer } from "@collm/search";
import { describe, expect, it } from "vitest";
import { noTokens } from "./chat-backend.js";
import { orElse, troublesOf } from "./fall-back.js";

const exchange: Exchange = {
  backend: "vllm",
  model: "m",
  request: {},
  answer: "",
  error: "no",
  usage: noTokens,
  seconds: 1,
};
const failed: RoleAnswer<string> = { kind: "failed", reason: "no", exchanges: [exchange] };
const { error: _, ...fine } = { ...exchange, backend: "heuristic", model: "heuristic" };
const second = async (): Promise<RoleAnswer<string>> => ({
  kind: "answered",
  value: "hello",
  exchanges: [fine],
});

describe("orElse", () => {
  it.each([
    ["who waits", new AbortController().signal],
    ["whose time is over", AbortSignal.timeout(0)],
  ])("answers a caller %s by the next player, and keeps what was tried", async (_, signal) => {
    await expect.poll(() => signal.aborted || signal.reason === undefined).toBe(true);
    const answer = await orElse(failed, signal, second);
    expect(answer).toEqual({ kind: "answered", value: "hello", exchanges: [exchange, fine] });
    expect(troublesOf(answer)).toEqual(["vllm (m): no"]);
  });

  it("answers nobody who gave up", async () => {
    expect(await orElse(failed, AbortSignal.abort(), second)).toBe(failed);
  });
});
