import type { ErrorCode } from "@collm/errors";

/**
 * Codes that blame the candidate: it cannot be built, broke in its run, or takes too long. Everything
 * else is about the evaluator, and would fail the next candidate too.
 */
const candidateCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid-argument",
  "internal",
  "deadline-exceeded",
]);

export function isCandidateCode(code: ErrorCode): boolean {
  return candidateCodes.has(code);
}
