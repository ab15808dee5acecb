import type { ErrorCode } from "./error-code.js";
import { pathOf, systemProblem } from "./system-problem.js";

const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unavailable",
  "deadline-exceeded",
  "resource-exhausted",
]);

/**
 * An error that a caller can tell apart by `code`. The message is one sentence for the user; it
 * names the field, the value and what was allowed.
 */
export class CollmError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** Whether the same request may succeed later without a change by the caller. */
  get isRetryable(): boolean {
    return retryableCodes.has(this.code);
  }

  /**
   * Folds anything thrown into a CollmError. What the file system says of a path (missing, not
   * permitted, full) becomes a sentence that names the path; unknown errors become `internal`.
   */
  static from(thrown: unknown): CollmError {
    if (thrown instanceof CollmError) return thrown;
    const [problem, path] = [systemProblem(thrown), pathOf(thrown)];
    if (problem && path !== undefined) {
      return new CollmError(problem.code, `${path}: ${problem.words}`, { cause: thrown });
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CollmError("internal", message, { cause: thrown });
  }
}
