import {
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type MsgRequest,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { consumerName, poolOf, streamNames } from "./names.js";
import { decodeWork, type WorkMessage } from "./work-message.js";

/** Messages that are looked at in one round; the next goes on. */
const messagesPerRound = 500;

/**
 * Removes work that was done and is in the queue all the same: a nats-server that is killed may have
 * kept the acknowledgement and not the removal (seen with 2.9.10). Nobody is ever given such a
 * message again, so that it would take a place of the queue for ever.
 *
 * What the server counts as acknowledged only says where to look: its floor also passes over messages that
 * wait to be delivered again. A message is removed if what came of it is stored. How many the server says
 * are pending is not asked: were it one too many, what was left would stay.
 *
 * @param isDone whether the work has its result, or was given up.
 */
export async function removeDoneWork(
  connection: NatsConnection,
  isDone: (work: WorkMessage) => Promise<boolean>,
): Promise<void> {
  const manager = await jetstreamManager(connection);
  const consumers = await manager.consumers.list(streamNames.work).next();
  const { state } = await manager.streams.info(streamNames.work, { subjects_filter: ">" });
  for (const subject of Object.keys(state.subjects ?? {})) {
    const name = consumerName(poolOf(subject));
    const floor = consumers.find((consumer) => consumer.name === name)?.ack_floor;
    if (!floor) continue;
    let sequence = 1;
    for (let looked = 0; looked < messagesPerRound; looked++) {
      const message = await nextMessage(manager, subject, sequence);
      if (!message || message.seq > floor.stream_seq) break;
      sequence = message.seq + 1;
      const work = decodeWork(message.string());
      if (work && (await isDone(work))) {
        await manager.streams.deleteMessage(streamNames.work, message.seq, false);
      }
    }
  }
}

/** The first message of a subject from `sequence` on. */
async function nextMessage(manager: JetStreamManager, subject: string, sequence: number) {
  try {
    // The client's type of this request lacks the field; the server has it since 2.9.
    const query = { seq: sequence, next_by_subj: subject } as MsgRequest;
    return await manager.streams.getMessage(streamNames.work, query);
  } catch (error) {
    if (error instanceof JetStreamApiError) return null;
    throw error;
  }
}
