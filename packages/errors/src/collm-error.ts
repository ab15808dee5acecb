/** What a caller can do about an error; mapped one to one to gRPC statuses at a service's edge. */
export type ErrorCode =
  /** The caller must change the request: configuration, manifest, architecture, ... */
  | "invalid-argument"
  | "not-found"
  | "already-exists"
  /** The request is fine, the system's state is not, e.g. a test before the search has finished. */
  | "failed-precondition"
  /** Too much at once, or a quota is used up. */
  | "resource-exhausted"
  /** A service cannot be reached or is shutting down; the same request may succeed later. */
  | "unavailable"
  | "deadline-exceeded"
  | "cancelled"
  /** Stored bytes are not what was written: a journal, a checkpoint, a result. */
  | "data-loss"
  | "internal";

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

  /** Folds anything thrown into a CollmError; unknown errors become `internal`. */
  static from(thrown: unknown): CollmError {
    if (thrown instanceof CollmError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CollmError("internal", message, { cause: thrown });
  }
}
