import { CollmError } from "@collm/errors";
import { sleep } from "./abort.js";

export interface RetryOptions {
  /**
   * How long a neighbour may be away, in milliseconds from the first failure since it was last
   * reached; 0 means one attempt.
   */
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
 *
 * @param attempt may call `reached` once somebody answered: what fails later failed anew, so that
 *   patience is measured from there. A call of many minutes is thus retried like a short one.
 */
export async function retryUnavailable<T>(
  attempt: (reached: () => void) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const random = options.random ?? Math.random;
  const now = options.now ?? (() => performance.now());
  const wait = options.sleep ?? sleep;
  let awaySince: number | undefined;
  let limitMs = firstWaitMs;
  const reached = (): void => {
    awaySince = undefined;
    limitMs = firstWaitMs;
  };
  for (; ; limitMs = Math.min(limitMs * 2, longestWaitMs)) {
    try {
      return await attempt(reached);
    } catch (error) {
      if (!(error instanceof CollmError) || error.code !== "unavailable") throw error;
      awaySince ??= now();
      const waitMs = limitMs * (0.5 + random() / 2);
      if (options.signal?.aborted || now() - awaySince + waitMs > options.maxWaitMs) throw error;
      options.onRetry?.(error, waitMs);
      await wait(waitMs, options.signal);
    }
  }
}
