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
