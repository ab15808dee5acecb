import type { ChatFailureCode } from "./chat-backend.js";

/** Aborts what an endpoint was given too little time for, as opposed to what the caller gave up. */
export class AnswerTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = "TimeoutError";
  }
}

/** Why a signal aborted: our own time limit, the caller's, or the caller's wish. */
export function stopReason(signal: AbortSignal): {
  readonly code: ChatFailureCode;
  readonly reason: string;
  readonly isRetryable: boolean;
} {
  const cause: unknown = signal.reason;
  if (cause instanceof AnswerTimeout) {
    return { code: "deadline-exceeded", reason: cause.message, isRetryable: true };
  }
  return isLate(signal)
    ? { code: "deadline-exceeded", reason: "the caller waits no longer", isRetryable: true }
    : { code: "cancelled", reason: "the caller gave up", isRetryable: false };
}

/** Whether a time limit aborted the signal; then the caller still wants to hear something. */
export function isLate({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
