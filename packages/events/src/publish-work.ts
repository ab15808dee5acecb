import { JetStreamApiError, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { poolOf, streamNames, tokenOf, workSubject } from "./names.js";
import { patiently } from "./patiently.js";
import { encodeWork, type WorkMessage } from "./work-message.js";
import { inSendSpan } from "./work-spans.js";

/** Outcome of one attempt to put work into the queue. */
export type Published =
  /** `sequence`: where the message lies. */
  | { readonly kind: "queued"; readonly sequence: number }
  /** The same content key of the same epoch is or was in the queue already, at `sequence`. */
  | { readonly kind: "duplicate"; readonly sequence: number }
  /** The queue is full, or NATS does not answer: try again later. */
  | { readonly kind: "held-back"; readonly reason: string };

/**
 * Puts work into the queue, once for each content key and epoch, whichever pool it is for.
 *
 * @param insteadOf stream sequence of a message of this work that is about to be acknowledged, or is
 *   gone without a result: whoever else misses it publishes the same, and one of them is the duplicate.
 */
export async function publishWork(
  connection: NatsConnection,
  pool: string,
  work: WorkMessage,
  insteadOf?: number,
): Promise<Published> {
  const id = `${tokenOf(work.key)}:${work.epoch}`;
  try {
    const subject = workSubject(pool, work.contextDigest);
    const msgID = insteadOf === undefined ? id : `${id}:${insteadOf}`;
    const { duplicate, seq: sequence } = await inSendSpan(subject, msgID, async (options) =>
      jetstream(connection).publish(subject, encodeWork(work), { ...options, msgID }),
    );
    return { kind: duplicate ? "duplicate" : "queued", sequence };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // `discard: new` on a full stream: back-pressure, no loss.
    if (error instanceof JetStreamApiError && !/maximum/.test(reason)) throw error;
    return { kind: "held-back", reason };
  }
}

/** The pool for which the message with this sequence waits or is being worked on; undefined if it is gone. */
export async function findQueued(
  connection: NatsConnection,
  sequence: number,
): Promise<string | undefined> {
  return await patiently(async () => {
    const manager = await jetstreamManager(connection);
    const message = await manager.streams.getMessage(streamNames.work, { seq: sequence });
    return message ? poolOf(message.subject) : undefined;
  });
}

/** Takes a message out of the queue that nobody needs; one that is gone is no error. */
export async function withdrawWork(connection: NatsConnection, sequence: number): Promise<void> {
  const manager = await jetstreamManager(connection);
  try {
    await manager.streams.deleteMessage(streamNames.work, sequence, false);
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
  }
}
