import { CollmError, type ErrorCode } from "@collm/errors";
import type { DeadLetter } from "@collm/events";
import type { EvaluationOutcome } from "@collm/search";
import { isCandidateCode } from "./candidate-codes.js";

/** A dead letter is the candidate's failure, or an error that would fail the next one too. */
export function outcomeOf({
  code,
  message,
  isRetryable,
}: DeadLetter): EvaluationOutcome | CollmError {
  const error = new CollmError(code as ErrorCode, message);
  return isCandidateCode(error.code) ? { kind: "failed", code, message, isRetryable } : error;
}

/** What stands for a letter when an evaluation took longer than it may. */
export function tookTooLong(key: string, epoch: number, timeoutMs: number): DeadLetter {
  return {
    key,
    epoch,
    code: "deadline-exceeded",
    message: `took longer than ${Math.round(timeoutMs / 1000)} s, waiting in the queue included`,
    isRetryable: true,
    deliveries: 0,
    at: new Date().toISOString(),
  };
}
