import { CollmError } from "@collm/errors";
import { errors } from "@nats-io/transport-node";

/** What NATS does not let this process's user do, in one sentence; undefined for other errors. */
export function refusedByNats(error: unknown): CollmError | undefined {
  const cause = error instanceof errors.RequestError ? error.cause : error;
  if (!(cause instanceof errors.PermissionViolationError)) return undefined;
  const act = cause.operation === "publish" ? "publish to" : "subscribe to";
  return new CollmError(
    "failed-precondition",
    `NATS: this process's user may not ${act} ${cause.subject} (COLLM_NATS_USER_FILE, permissions of the server)`,
    { cause: error },
  );
}
