import { describe, expect, it } from "vitest";
import { manualTiming } from "../testing/manual-timing.js";
import { question, type ScriptedOutcome, scriptedBackend } from "../testing/scripted-backend.js";
import { withRetries } from "./retries.js";

const never = new AbortController().signal;
const down = { code: "unavailable" } as const;

async function ask(outcomes: readonly ScriptedOutcome[], draw = 0.5) {
  const timing = manualTiming(0, draw);
  const endpoint = scriptedBackend("a", outcomes);
  const backend = withRetries(endpoint, { timeoutMs: 60_000, backoffMs: 1_000, timing });
  const outcome = await backend.complete(question, never);
  return { outcome, waits: timing.waits, asked: endpoint.asked };
}

describe("withRetries", () => {
  it("waits twice as long each time, by at least half of it, and keeps every attempt", async () => {
    const { outcome, waits } = await ask([down, down, "hello"], 0);
    expect(waits).toEqual([500, 1_000]);
    expect(outcome).toMatchObject({ kind: "answered", text: "hello", seconds: 1.5 });
    expect(outcome.attempts).toHaveLength(3);
    expect((await ask([down, "hello"], 0.999)).waits[0]).toBeCloseTo(999.5);
  });

  it("waits as long as the endpoint asks", async () => {
    const { waits } = await ask([{ code: "resource-exhausted", retryAfterMs: 7_000 }, "hello"]);
    expect(waits).toEqual([7_000]);
  });

  it.each([
    ["a wait that is too long", { code: "resource-exhausted", retryAfterMs: 31_000 }],
    ["what another attempt cannot mend", { code: "invalid-argument", isRetryable: false }],
  ] as const)("gives up on %s", async (_, failure) => {
    const { asked, waits } = await ask([failure, "hello"]);
    expect([asked, waits]).toEqual([1, []]);
  });

  it("gives up after three attempts", async () => {
    const { outcome, asked } = await ask([down]);
    expect(asked).toBe(3);
    expect(outcome).toMatchObject({ kind: "failed", code: "unavailable", isRetryable: true });
  });
});
