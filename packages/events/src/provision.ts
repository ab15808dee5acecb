import { CollmError } from "@collm/errors";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { type NatsConnection, nanos } from "@nats-io/transport-node";
import { anyWorkSubject, consumerName, poolSubject, streamNames } from "./names.js";
import { patiently } from "./patiently.js";

/** What a deployment may choose. */
export interface QueueSettings {
  /** Copies of streams and buckets; 3 in a cluster. */
  readonly replicas: number;
  /** Work that may wait; more is not lost but held back by the coordinator. */
  readonly maxWaiting: number;
  /** How long an evaluator may be silent before its work goes to another. */
  readonly ackWaitMs: number;
  /**
   * Deliveries of one message after which the queue itself gives it up: a far bound, for evaluators give
   * up before what kills them (`WorkStarts`), and handing work back counts as well.
   */
  readonly maxDeliver: number;
  /** Messages under way at once, over all evaluators of a pool. */
  readonly maxAckPending: number;
}

export const defaultQueueSettings: QueueSettings = {
  replicas: 1,
  maxWaiting: 10_000,
  ackWaitMs: 30_000,
  maxDeliver: 1_000,
  maxAckPending: 1_000,
};

/** A message published again within this time is dropped; longer than any retry of a publish. */
const duplicateWindowMs = 600_000;
const adviceAgeMs = 30 * 86_400_000;

type StreamSettings = Partial<StreamConfig> & Pick<StreamConfig, "name" | "subjects">;

/**
 * The streams:
 *
 * - work: a work queue. `discard: new` refuses what does not fit, where the default would delete
 *   unread work. Only its pool's own consumer may take a message, once.
 * - advisories: what the server says of messages that were delivered too often. They are plain
 *   messages, so without a stream a restart of the coordinator would lose them.
 * - journal: all searches' events. Nothing ages and nothing can be deleted.
 */
function streams({ replicas, maxWaiting }: QueueSettings): readonly StreamSettings[] {
  const common = { storage: StorageType.File, num_replicas: replicas };
  return [
    {
      ...common,
      name: streamNames.work,
      subjects: [anyWorkSubject],
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      max_msgs: maxWaiting,
      duplicate_window: nanos(duplicateWindowMs),
    },
    {
      ...common,
      name: streamNames.advisories,
      subjects: [`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${streamNames.work}.*`],
      retention: RetentionPolicy.Limits,
      max_age: nanos(adviceAgeMs),
    },
    {
      ...common,
      name: streamNames.journal,
      subjects: ["collm.journal.*"],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      deny_delete: true,
      deny_purge: true,
    },
  ];
}

/** The retention that a stream of ours must have; it cannot be changed later. */
export function expectedRetention(name: string): RetentionPolicy {
  return name === streamNames.work ? RetentionPolicy.Workqueue : RetentionPolicy.Limits;
}

/** Creates what is missing; a stream that is there with another retention is refused, not changed. */
export async function provisionStreams(
  connection: NatsConnection,
  settings: QueueSettings,
): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (const stream of streams(settings)) await provisionStream(manager, stream);
}

async function provisionStream(manager: JetStreamManager, wanted: StreamSettings): Promise<void> {
  const existing = await manager.streams.info(wanted.name).catch(ignoreMissing);
  if (!existing) {
    await manager.streams.add(wanted);
    return;
  }
  const { retention } = existing.config;
  if (retention !== wanted.retention) {
    throw new CollmError(
      "failed-precondition",
      `stream ${wanted.name}: its retention is ${retention}, allowed is ${wanted.retention}`,
    );
  }
  await manager.streams.update(wanted.name, wanted);
}

/**
 * Creates the durable consumer of a pool's work. Coordinators do this when they start, so that its lag
 * can be read before there is any work or evaluator: KEDA takes a consumer that is missing for one with
 * endless lag.
 */
export async function provisionPool(
  connection: NatsConnection,
  pool: string,
  { ackWaitMs, maxDeliver, maxAckPending }: QueueSettings,
): Promise<void> {
  await patiently(async () => {
    const manager = await jetstreamManager(connection);
    const name = consumerName(pool);
    const consumer = {
      durable_name: name,
      filter_subject: poolSubject(pool),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ackWaitMs),
      max_deliver: maxDeliver,
      max_ack_pending: maxAckPending,
    };
    // From 2.10 on the server refuses to create what is there with other settings.
    const existing = await manager.consumers.info(streamNames.work, name).catch(ignoreMissing);
    if (existing) await manager.consumers.update(streamNames.work, name, consumer);
    else await manager.consumers.add(streamNames.work, consumer);
  });
}

/** For what may not be there. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.status === 404) return undefined;
  throw error;
}
