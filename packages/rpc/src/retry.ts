import { CollmError } from "@collm/errors";
import { sleep } from "./abort.js";

export interface RetryOptions {
  /** How long to go on trying, in milliseconds from the first attempt; 0 means one attempt. */
  readonly maxWaitMs: number;
  /** Ends a wait between attempts at once, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait, e.g. to log. */
  readonly onRetry?: ((error: CollmError, waitMs: number) => void) | undefined;
  /** For tests: from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** For tests: milliseconds that only grow. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** For tests. Default: a timer that `signal` ends. */
  readonly sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/**
 * Runs an idempotent call until it gives something else than `unavailable`, waiting longer each
 * time: half to all of 100 ms, 200 ms, ... up to 5 s, so that many clients of a restarted service
 * do not come back at once. Throws the last error when the next wait would pass `maxWaitMs`.
 */
export async function retryUnavailable<T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const random = options.random ?? Math.random;
  const now = options.now ?? (() => performance.now());
  const wait = options.sleep ?? sleep;
  const startedAt = now();
  for (let limitMs = firstWaitMs; ; limitMs = Math.min(limitMs * 2, longestWaitMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CollmError) || error.code !== "unavailable") throw error;
      const waitMs = limitMs * (0.5 + random() / 2);
      if (options.signal?.aborted || now() - startedAt + waitMs > options.maxWaitMs) throw error;
      options.onRetry?.(error, waitMs);
      await wait(waitMs, options.signal);
    }
  }
}
