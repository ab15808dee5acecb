import type { ChatAttempt, ChatBackend, ChatOutcome } from "../chat-backend.js";
import { AnswerTimeout, stopReason } from "../stop-reason.js";
import { systemTiming, type Timing } from "../timing.js";

export interface RetryOptions {
  /** For one answer, all attempts and the waits between them, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts at one answer. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Longest wait before the second attempt; doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
  readonly timing?: Timing | undefined;
}

/** An endpoint that asks for a longer wait is given up on for this answer. */
const maxWaitMs = 30_000;

/** Asks again, after a wait with jitter or the one the endpoint asks for, what may succeed later. */
export function withRetries(backend: ChatBackend, options: RetryOptions): ChatBackend {
  const { timeoutMs, maxAttempts = 3, backoffMs = 1_000, timing = systemTiming } = options;

  /** At least half of the longest wait: callers that failed together come back apart. */
  const backoff = (attempt: number): number =>
    backoffMs * 2 ** (attempt - 1) * (0.5 + timing.random() / 2);

  const attemptsAt = async (
    request: Parameters<ChatBackend["complete"]>[0],
    stop: AbortSignal,
  ): Promise<ChatOutcome> => {
    const attempts: ChatAttempt[] = [];
    for (let attempt = 1; ; attempt++) {
      if (stop.aborted) return { kind: "failed", ...stopReason(stop), attempts, seconds: 0 };
      const outcome = await backend.complete(request, stop);
      attempts.push(...outcome.attempts);
      const whole = { ...outcome, attempts };
      if (outcome.kind === "answered" || stop.aborted) return whole;
      const waitMs = outcome.retryAfterMs ?? backoff(attempt);
      if (!outcome.isRetryable || attempt >= maxAttempts || waitMs > maxWaitMs) return whole;
      await timing.wait(waitMs, stop);
    }
  };

  return {
    name: backend.name,
    model: backend.model,
    complete: async (request, signal) => {
      const startedMs = timing.nowMs();
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new AnswerTimeout(timeoutMs)), timeoutMs);
      try {
        const outcome = await attemptsAt(request, AbortSignal.any([signal, late.signal]));
        return { ...outcome, seconds: (timing.nowMs() - startedMs) / 1_000 };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
