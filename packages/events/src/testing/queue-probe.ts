import { DiscardPolicy, JetStreamApiError, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { streamNames, workSubject } from "../names.js";
import { patiently } from "../patiently.js";

/** Nobody's work: no consumer ever takes it. */
const fillerSubject = workSubject("filler", "filler");

/** Fills the work queue until it takes no more. `emptyFiller` makes room again. */
export async function fillQueue(connection: NatsConnection): Promise<void> {
  await patiently(async () => {
    const manager = await jetstreamManager(connection);
    const { config, state } = await manager.streams.info(streamNames.work);
    if (config.discard !== DiscardPolicy.New) throw new Error("the work queue drops what is old");
    for (let room = config.max_msgs - state.messages; room > 0; room--) {
      const isFull = await jetstream(connection)
        .publish(fillerSubject, "filler")
        .then(() => false, ignoreFull);
      if (isFull) return;
    }
  });
}

export async function emptyFiller(connection: NatsConnection): Promise<void> {
  await patiently(async () => {
    const manager = await jetstreamManager(connection);
    await manager.streams.purge(streamNames.work, { filter: fillerSubject });
  });
}

/** Messages in the work queue, waiting or under way. */
export async function countQueued(connection: NatsConnection): Promise<number> {
  return await patiently(async () => {
    const manager = await jetstreamManager(connection);
    return (await manager.streams.info(streamNames.work)).state.messages;
  });
}

/** What is in the work queue, and what its consumers make of it, for somebody who wonders why. */
export async function explainQueue(connection: NatsConnection): Promise<string> {
  return await patiently(async () => {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(streamNames.work, { subjects_filter: ">" });
    const consumers: string[] = [];
    for await (const info of manager.consumers.list(streamNames.work)) {
      const { name, num_pending, num_ack_pending, num_redelivered, ack_floor, delivered } = info;
      const seen = { name, num_pending, num_ack_pending, num_redelivered, ack_floor, delivered };
      consumers.push(JSON.stringify(seen));
    }
    const first = await manager.streams.getMessage(streamNames.work, { seq: state.first_seq });
    return [
      `${state.messages} messages from ${state.first_seq} to ${state.last_seq}`,
      JSON.stringify(state.subjects),
      `the first: ${first?.string()}`,
      ...consumers,
    ].join("; ");
  });
}

/** Others may have filled the last place. */
function ignoreFull(error: unknown): true {
  if (error instanceof JetStreamApiError && /maximum/.test(error.message)) return true;
  throw error;
}
