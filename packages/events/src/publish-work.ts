import { JetStreamApiError, jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { tokenOf, workSubject } from "./names.js";
import { encodeWork, type WorkMessage } from "./work-message.js";

/** Outcome of one attempt to put work into the queue. */
export type Published =
  | { readonly kind: "queued" }
  /** The same content key of the same epoch is or was in the queue already. */
  | { readonly kind: "duplicate" }
  /** The queue is full, or NATS does not answer: try again later. */
  | { readonly kind: "held-back"; readonly reason: string };

/**
 * Puts work into the queue, once for each content key and epoch.
 *
 * @param insteadOf stream sequence of a message of this work that is about to be acknowledged
 */
export async function publishWork(
  connection: NatsConnection,
  work: WorkMessage,
  insteadOf?: number,
): Promise<Published> {
  const id = `${tokenOf(work.key)}:${work.epoch}`;
  try {
    const { duplicate } = await jetstream(connection).publish(
      workSubject(work.contextDigest),
      encodeWork(work),
      { msgID: insteadOf === undefined ? id : `${id}:${insteadOf}` },
    );
    return { kind: duplicate ? "duplicate" : "queued" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // `discard: new` on a full stream: back-pressure, no loss.
    if (error instanceof JetStreamApiError && !/maximum/.test(reason)) throw error;
    return { kind: "held-back", reason };
  }
}
