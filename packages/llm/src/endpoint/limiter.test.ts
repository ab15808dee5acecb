import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noTokens } from "../chat-backend.js";
import { manualTiming } from "../testing/manual-timing.js";
import { question, scriptedBackend } from "../testing/scripted-backend.js";
import { Limiter } from "./limiter.js";
import { TokenBucket } from "./token-bucket.js";
import { withLimits } from "./with-limits.js";

const never = new AbortController().signal;

async function permit(limiter: Limiter, tokens: number) {
  const leave = await limiter.acquire(tokens, never);
  if (leave.kind !== "granted") throw new RangeError(leave.kind);
  return leave.permit;
}

describe("TokenBucket", () => {
  it("never gives more than its rate and what it held at first", () => {
    const asks = fc.array(
      fc.record({ amount: fc.integer({ min: 1, max: 90 }), pauseMs: fc.nat(20_000) }),
    );
    fc.assert(
      fc.property(asks, (list) => {
        const bucket = new TokenBucket(60, 0);
        let nowMs = 0;
        let taken = 0;
        for (const { amount, pauseMs } of list) {
          nowMs += pauseMs + bucket.waitMs(amount, nowMs + pauseMs);
          expect(bucket.waitMs(amount, nowMs)).toBe(0);
          // What is above the rate goes into debt, which the next one pays.
          expect(taken).toBeLessThanOrEqual(60 + nowMs / 1_000 + 1);
          bucket.take(amount, nowMs);
          taken += amount;
        }
      }),
    );
  });
});

describe("Limiter", () => {
  it("lets so many requests through at once, and the others in their order", async () => {
    const limiter = new Limiter({ maxConcurrent: 2 });
    const first = await permit(limiter, 1);
    await permit(limiter, 1);
    const order: string[] = [];
    const third = permit(limiter, 1).then((given) => {
      order.push("third");
      return given;
    });
    const controller = new AbortController();
    const stopped = limiter.acquire(1, controller.signal);
    const fifth = permit(limiter, 1).then(() => order.push("fifth"));
    controller.abort();
    expect(await stopped).toEqual({ kind: "stopped" });
    expect(order).toEqual([]);
    first.release(undefined);
    (await third).release(undefined);
    await fifth;
    expect(order).toEqual(["third", "fifth"]);
  });

  it("spreads requests over the minute once it was used up", async () => {
    const timing = manualTiming();
    const limiter = new Limiter({ requestsPerMinute: 6 }, timing);
    for (let i = 0; i < 8; i++) (await permit(limiter, 1)).release(undefined);
    expect(timing.waits).toEqual([10_000, 10_000]);
  });

  it("counts tokens by estimate before and by usage after", async () => {
    const timing = manualTiming();
    const limiter = new Limiter({ tokensPerMinute: 6_000 }, timing);
    (await permit(limiter, 5_000)).release(2_000);
    (await permit(limiter, 4_000)).release(4_000);
    expect(timing.waits).toEqual([]);
    await permit(limiter, 1_000);
    expect(timing.waits).toEqual([10_000]);
  });

  it("lets a caller go who stands in line behind one who waits", async () => {
    const timing = { ...manualTiming(), wait: () => new Promise<void>(() => undefined) };
    const limiter = new Limiter({ requestsPerMinute: 1 }, timing);
    await permit(limiter, 1);
    void limiter.acquire(1, never);
    const controller = new AbortController();
    const second = limiter.acquire(1, controller.signal);
    controller.abort();
    expect(await second).toEqual({ kind: "stopped" });
  });

  it("does not wait for more than a minute", async () => {
    const limiter = new Limiter({ tokensPerMinute: 1_000 }, manualTiming());
    (await permit(limiter, 1_000)).release(3_000);
    expect(await limiter.acquire(1_000, never)).toEqual({ kind: "too-long", waitMs: 180_000 });
  });
});

describe("withLimits", () => {
  it("gives its place back and corrects by what the endpoint reports", async () => {
    const timing = manualTiming();
    const usage = { ...noTokens, inputTokens: 3_000, outputTokens: 0 };
    const limits = { maxConcurrent: 1, tokensPerMinute: 1_000 };
    const backend = withLimits(scriptedBackend("a", ["hello"], usage), new Limiter(limits, timing));
    expect(await backend.complete(question, never)).toMatchObject({ kind: "answered" });
    expect(await backend.complete(question, never)).toMatchObject({
      code: "resource-exhausted",
      reason: expect.stringMatching(/^the configured rate allows the next request in 12\d s only$/),
    });
    expect(await backend.complete(question, AbortSignal.abort())).toMatchObject({
      code: "cancelled",
      attempts: [],
    });
  });
});
