import { CollmError } from "@collm/errors";
import type { SearchId } from "@collm/search";
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { cancelSubject } from "./names.js";

/** The last event is durable before it is answered. */
const answerMs = 30_000;

/** Calls `cancel` when another coordinator is asked to cancel this search; answers when it is done. */
export function hearCancellation(
  connection: NatsConnection,
  id: SearchId,
  cancel: () => Promise<void>,
): { readonly stop: () => void } {
  const subscription = connection.subscribe(cancelSubject(id), {
    callback: (error, message) => {
      if (error) return;
      void cancel()
        .then(() => message.respond("cancelled"))
        .catch(() => undefined);
    },
  });
  return { stop: () => subscription.unsubscribe() };
}

/**
 * Asks whoever drives the search to cancel it. `nobody` if no coordinator does.
 *
 * @throws CollmError unavailable if its driver does not answer
 */
export async function requestCancellation(
  connection: NatsConnection,
  id: SearchId,
): Promise<"cancelled" | "nobody"> {
  try {
    await connection.request(cancelSubject(id), "", { timeout: answerMs });
    return "cancelled";
  } catch (error) {
    const isUnheard =
      error instanceof errors.NoRespondersError ||
      (error instanceof errors.RequestError && error.isNoResponders());
    if (isUnheard) return "nobody";
    throw new CollmError("unavailable", `search "${id}": its coordinator does not answer`, {
      cause: error,
    });
  }
}
