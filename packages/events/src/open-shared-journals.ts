import { CollmError } from "@collm/errors";
import { JetStreamApiError, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { millis, type NatsConnection } from "@nats-io/transport-node";
import { bucketNames, streamNames } from "./names.js";
import { atOnce } from "./patiently.js";
import { createStreamJournals, type SharedJournals } from "./stream-journals.js";
import { createUnfinishedSearches } from "./unfinished.js";

/**
 * The journals of a deployment that is there, as its coordinators made it: nothing is created.
 *
 * @throws CollmError failed-precondition naming what a coordinator has not made yet
 */
export async function openSharedJournals(connection: NatsConnection): Promise<SharedJournals> {
  await settingsOf(connection, streamNames.journal);
  const { max_age: leaseNanos } = await settingsOf(connection, `KV_${bucketNames.leases}`);
  await settingsOf(connection, `KV_${bucketNames.unfinished}`);
  const manager = new Kvm(connection);
  const listed = await manager.open(bucketNames.unfinished);
  return createStreamJournals({
    connection,
    leases: await manager.open(bucketNames.leases),
    unfinished: createUnfinishedSearches(connection, listed),
    leaseMs: millis(leaseNanos),
  });
}

async function settingsOf(connection: NatsConnection, stream: string): Promise<StreamConfig> {
  const manager = await atOnce(() => jetstreamManager(connection));
  try {
    return (await atOnce(() => manager.streams.info(stream))).config;
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    const what = `stream ${stream}: is missing; a coordinator makes it when it starts`;
    throw new CollmError("failed-precondition", what, { cause: error });
  }
}
