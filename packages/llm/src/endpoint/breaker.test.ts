import { describe, expect, it } from "vitest";
import { manualTiming } from "../testing/manual-timing.js";
import { question, type ScriptedOutcome, scriptedBackend } from "../testing/scripted-backend.js";
import { Breaker, withBreaker } from "./breaker.js";

const never = new AbortController().signal;
const down = { code: "unavailable" } as const;

function guarded(outcomes: readonly ScriptedOutcome[]) {
  const timing = manualTiming();
  const endpoint = scriptedBackend("a", outcomes);
  const breaker = new Breaker({ failures: 2, openMs: 10_000, timing });
  const ask = () => withBreaker(endpoint, breaker).complete(question, never);
  return { ask, endpoint, timing, breaker };
}

describe("withBreaker", () => {
  it("refuses at once after failures in a row, and says for how long", async () => {
    const { ask, endpoint, timing } = guarded([down]);
    await ask();
    await ask();
    timing.advance(4_000);
    expect(await ask()).toMatchObject({
      kind: "failed",
      code: "unavailable",
      reason: "the endpoint failed 2 times in a row and is left alone for 6 s more",
      retryAfterMs: 6_000,
      attempts: [],
    });
    expect(endpoint.asked).toBe(2);
  });

  it("lets one question through after the wait, and all of them once that was answered", async () => {
    const { ask, endpoint, timing, breaker } = guarded([down, down, "hello"]);
    await ask();
    await ask();
    timing.advance(10_000);
    const probe = breaker.pass();
    expect(probe).toEqual({ kind: "allowed", isProbe: true });
    expect(await ask()).toMatchObject({ kind: "failed", attempts: [] });
    breaker.settle(true, "unknown");
    expect(await ask()).toMatchObject({ kind: "answered" });
    expect(await ask()).toMatchObject({ kind: "answered" });
    expect(endpoint.asked).toBe(4);
  });

  it("waits again when the probe fails", async () => {
    const { ask, endpoint, timing } = guarded([down]);
    await ask();
    await ask();
    timing.advance(10_000);
    await ask();
    timing.advance(9_999);
    await ask();
    expect(endpoint.asked).toBe(3);
  });

  it("does not count what says nothing against the endpoint", async () => {
    const limited = { code: "resource-exhausted" } as const;
    const cancelled = { code: "cancelled" } as const;
    const { ask, endpoint } = guarded([down, limited, down, cancelled, "hello", down, "hello"]);
    for (let i = 0; i < 7; i++) await ask();
    expect(endpoint.asked).toBe(7);
  });
});
