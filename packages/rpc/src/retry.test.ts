import { CollmError } from "@collm/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryUnavailable } from "./retry.js";

const unavailable = () => new CollmError("unavailable", "nobody listens");

/** A clock that only `sleep` moves, so that nothing waits. */
function fakeTime(random: () => number) {
  let time = 0;
  const waits: number[] = [];
  return {
    waits,
    options: {
      random,
      now: () => time,
      sleep: async (ms: number) => {
        waits.push(ms);
        time += ms;
      },
    },
  };
}

describe("retryUnavailable", () => {
  it("tries until the call succeeds, waiting twice as long each time, up to 5 s", async () => {
    const { waits, options } = fakeTime(() => 1);
    let attempts = 0;
    const result = await retryUnavailable(
      async () => {
        attempts += 1;
        if (attempts < 9) throw unavailable();
        return attempts;
      },
      { maxWaitMs: 60_000, ...options },
    );
    expect(result).toBe(9);
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it("never waits longer than allowed in total and then throws the last error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20_000), fc.double({ min: 0, max: 1 }), async (maxWaitMs, share) => {
        const { waits, options } = fakeTime(() => (Number.isNaN(share) ? 0 : share));
        const failure = retryUnavailable(() => Promise.reject(unavailable()), {
          maxWaitMs,
          ...options,
        });
        await expect(failure).rejects.toMatchObject({ code: "unavailable" });
        expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(maxWaitMs);
      }),
      { numRuns: 50 },
    );
  });

  it("counts patience from the failure, however long the attempt before it lasted", async () => {
    const { options } = fakeTime(() => 1);
    let attempts = 0;
    const result = await retryUnavailable(
      async () => {
        attempts += 1;
        if (attempts > 1) return "answered";
        await options.sleep(90_000);
        throw unavailable();
      },
      { maxWaitMs: 1_000, ...options },
    );
    expect(result).toBe("answered");
  });

  it("is patient anew after an attempt that reached somebody", async () => {
    const { waits, options } = fakeTime(() => 1);
    let attempts = 0;
    const failure = retryUnavailable(
      async (reached) => {
        attempts += 1;
        if (attempts === 3) reached();
        throw unavailable();
      },
      { maxWaitMs: 400, ...options },
    );
    await expect(failure).rejects.toMatchObject({ code: "unavailable" });
    // 300 ms before the third attempt, and as much after it.
    expect(waits).toEqual([100, 200, 100, 200]);
  });

  it("does not repeat a call that failed for another reason", async () => {
    let attempts = 0;
    const failure = retryUnavailable(
      async () => {
        attempts += 1;
        throw new CollmError("deadline-exceeded", "too slow");
      },
      { maxWaitMs: 1_000 },
    );
    await expect(failure).rejects.toMatchObject({ code: "deadline-exceeded" });
    expect(attempts).toBe(1);
  });

  it("stops waiting when the signal aborts", async () => {
    const controller = new AbortController();
    const failure = retryUnavailable(() => Promise.reject(unavailable()), {
      maxWaitMs: 60_000,
      signal: controller.signal,
      random: () => 1,
      onRetry: () => queueMicrotask(() => controller.abort()),
    });
    await expect(failure).rejects.toMatchObject({ code: "cancelled" });
  });
});
