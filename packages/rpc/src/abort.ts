import { CollmError } from "@collm/errors";

/**
 * Waits for `work`, but no longer than until `signal` aborts: then rejects with the signal's
 * reason at once and ignores what becomes of `work`.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Why `signal` aborted, as an error with a code: `cancelled` unless the reason has its own. */
export function abortReason(signal: AbortSignal): CollmError {
  const reason: unknown = signal.reason;
  if (reason instanceof CollmError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new CollmError("deadline-exceeded", "the time allowed for the call is over", {
      cause: reason,
    });
  }
  return new CollmError("cancelled", "the caller cancelled", { cause: reason });
}

/** Waits `ms` milliseconds; rejects with {@link abortReason} as soon as `signal` aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      if (signal) reject(abortReason(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
