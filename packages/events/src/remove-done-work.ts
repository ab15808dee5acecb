import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { janitorName, streamNames } from "./names.js";

/**
 * Removes work that was acknowledged and is in the queue all the same: a nats-server that is killed
 * may have kept the acknowledgement and not the removal (seen with 2.9.10). Nobody is ever given
 * such a message again, so that it would take a place of the queue for ever.
 *
 * Work that was delivered too often looks the same. While the janitor has advisories to read, which
 * tell of it, nothing is removed.
 */
export async function removeDoneWork(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(streamNames.work, { subjects_filter: ">" });
  const consumers = await manager.consumers.list(streamNames.work).next();
  for (const { config, ack_floor: floor, num_pending, num_ack_pending } of consumers) {
    const subject = config.filter_subject ?? "";
    const messages = state.subjects?.[subject] ?? 0;
    const isDoneLeft = messages > num_pending + num_ack_pending;
    // Without any acknowledged, the sequence would be 1, which the server takes for "all".
    if (!isDoneLeft || floor.stream_seq === 0) continue;
    if (await areAdvisoriesUnread(manager)) return;
    // Everything up to the floor is acknowledged; work that comes meanwhile lies behind it.
    await manager.streams.purge(streamNames.work, { filter: subject, seq: floor.stream_seq + 1 });
  }
}

async function areAdvisoriesUnread(manager: JetStreamManager): Promise<boolean> {
  try {
    const { num_pending, num_ack_pending } = await manager.consumers.info(
      streamNames.advisories,
      janitorName,
    );
    return num_pending + num_ack_pending > 0;
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    // No janitor was ever there.
    return (await manager.streams.info(streamNames.advisories)).state.messages > 0;
  }
}
