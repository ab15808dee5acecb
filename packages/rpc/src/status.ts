import { CollmError, type ErrorCode } from "@collm/errors";
import { type ServiceError, status } from "@grpc/grpc-js";
import { plainly } from "./connection-failure.js";

/**
 * The one table between our error codes and gRPC statuses, read both ways. Statuses that are not
 * in it (UNKNOWN, UNIMPLEMENTED, ABORTED, ...) never leave our services; met elsewhere they
 * become `internal`.
 */
const statusOfCode = {
  "invalid-argument": status.INVALID_ARGUMENT,
  "not-found": status.NOT_FOUND,
  "already-exists": status.ALREADY_EXISTS,
  "failed-precondition": status.FAILED_PRECONDITION,
  "resource-exhausted": status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  "deadline-exceeded": status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  "data-loss": status.DATA_LOSS,
  internal: status.INTERNAL,
} as const satisfies Record<ErrorCode, status>;

const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map(
  (Object.keys(statusOfCode) as ErrorCode[]).map((code) => [statusOfCode[code], code]),
);

/** A status as a server sends it. */
export interface RpcStatus {
  readonly code: status;
  readonly details: string;
}

/**
 * HTTP/2 peers refuse header blocks above 16 to 64 KiB, and percent-encoding may triple the
 * length; an error message that is longer than this is cut.
 */
const maxDetailsLength = 4_000;

/**
 * The status of anything thrown by a handler. A CollmError keeps its code and message; anything
 * else becomes INTERNAL without its message, which may hold paths, keys or a stack.
 */
export function toRpcStatus(thrown: unknown): RpcStatus {
  if (!(thrown instanceof CollmError)) {
    return { code: status.INTERNAL, details: "internal error; the service's log has the reason" };
  }
  return { code: statusOfCode[thrown.code], details: sendable(thrown.message) };
}

/**
 * The error that a failed call means to its caller: the server's code and message.
 *
 * @param target of the channel, to be named where there is no connection
 */
export function fromServiceError(error: ServiceError, target: string): CollmError {
  const code = codeOfStatus.get(error.code) ?? "internal";
  const isMapped = codeOfStatus.has(error.code);
  const details = withSizes(plainly(error.details || error.message, target));
  return new CollmError(code, isMapped ? details : `${status[error.code]}: ${details}`, {
    cause: error,
  });
}

/** What grpc-js says of a message beyond the limit of its reader or writer, whichever that was. */
function withSizes(details: string): string {
  const [, bytes, limit] = /message larger than max \((\d+) vs\.? (\d+)\)/.exec(details) ?? [];
  if (bytes === undefined) return details;
  return `message: got ${bytes} bytes, allowed are ${limit} (COLLM_MAX_MESSAGE_MIB)`;
}

/** grpc-js percent-encodes messages and throws on half a surrogate pair, which answers may hold. */
function sendable(message: string): string {
  const cut =
    message.length > maxDetailsLength ? `${message.slice(0, maxDetailsLength - 1)}…` : message;
  return cut.replace(/\p{Surrogate}/gu, "\ufffd");
}
