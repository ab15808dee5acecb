import { systemTiming, type Timing } from "../timing.js";
import { TokenBucket } from "./token-bucket.js";

export interface Limits {
  /** Requests under way at once. */
  readonly maxConcurrent?: number | undefined;
  readonly requestsPerMinute?: number | undefined;
  /** Input and output together. */
  readonly tokensPerMinute?: number | undefined;
}

/** Leave to send one request. */
export interface Permit {
  /** @param usedTokens what it really cost; absent where nobody said */
  release(usedTokens: number | undefined): void;
}

/** How a request for leave ended; `too-long` before the signal aborted. */
export type Leave =
  | { readonly kind: "granted"; readonly permit: Permit }
  | { readonly kind: "stopped" }
  | { readonly kind: "too-long"; readonly waitMs: number };

/** Longest wait for a rate; longer ones are a failure that a fallback can mend. */
const maxWaitMs = 60_000;

/**
 * What one process may ask of one endpoint. Requests are served in the order they came; tokens are
 * estimated before sending and corrected afterwards.
 */
export class Limiter {
  readonly #maxConcurrent: number;
  readonly #requests: TokenBucket | undefined;
  readonly #tokens: TokenBucket | undefined;
  readonly #timing: Timing;
  #underWay = 0;
  readonly #queue: (() => void)[] = [];
  /** The end of the line in front of the buckets. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(limits: Limits, timing: Timing = systemTiming) {
    const bucket = (perMinute: number | undefined) =>
      perMinute === undefined ? undefined : new TokenBucket(perMinute, timing.nowMs());
    this.#maxConcurrent = limits.maxConcurrent ?? Number.POSITIVE_INFINITY;
    this.#requests = bucket(limits.requestsPerMinute);
    this.#tokens = bucket(limits.tokensPerMinute);
    this.#timing = timing;
  }

  async acquire(estimatedTokens: number, signal: AbortSignal): Promise<Leave> {
    if (!(await this.#enter(signal))) return { kind: "stopped" };
    const rate = this.#turn.then(() => this.#awaitRates(estimatedTokens, signal));
    this.#turn = rate;
    // Whoever stands in line behind a long wait can still be called away.
    const waited = await orStopped(rate, signal);
    if (waited !== "paid") {
      this.#leave();
      return waited === "stopped" ? { kind: "stopped" } : { kind: "too-long", waitMs: waited };
    }
    const release = (usedTokens: number | undefined): void => {
      if (usedTokens !== undefined) {
        this.#tokens?.take(usedTokens - estimatedTokens, this.#timing.nowMs());
      }
      this.#leave();
    };
    return { kind: "granted", permit: { release } };
  }

  /** False where the signal aborted while others were under way. */
  async #enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#underWay < this.#maxConcurrent) {
      this.#underWay++;
      return true;
    }
    return await new Promise<boolean>((resolve) => {
      const admit = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        this.#queue.splice(this.#queue.indexOf(admit), 1);
        resolve(false);
      };
      this.#queue.push(admit);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Hands the place to whoever waits longest. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#underWay--;
  }

  async #awaitRates(tokens: number, signal: AbortSignal): Promise<"paid" | "stopped" | number> {
    for (;;) {
      if (signal.aborted) return "stopped";
      const nowMs = this.#timing.nowMs();
      const waitMs = Math.max(
        this.#requests?.waitMs(1, nowMs) ?? 0,
        this.#tokens?.waitMs(tokens, nowMs) ?? 0,
      );
      if (waitMs > maxWaitMs) return waitMs;
      if (waitMs === 0) {
        this.#requests?.take(1, nowMs);
        this.#tokens?.take(tokens, nowMs);
        return "paid";
      }
      await this.#timing.wait(waitMs, signal);
    }
  }
}

/** What the work gives, or `stopped` as soon as the signal aborts. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | "stopped"> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve("stopped");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    void work.then((value) => {
      signal.removeEventListener("abort", onAbort);
      resolve(value);
    });
  });
}
