import { jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Announcement } from "./evaluator-registry.js";
import { consumerName, streamNames } from "./names.js";

/** How much work there is, and who is there to do it. */
export interface QueueLoad {
  /** Messages that no evaluator has taken. */
  readonly waiting: number;
  /** Messages that evaluators have. */
  readonly underWay: number;
  /**
   * Messages that nobody works on or comes to: all of pools without an evaluator, since what a killed one
   * had stays under way until it is delivered again, and those that wait where nothing is under way.
   */
  readonly untouched: number;
  /** Messages that were delivered more than once and are not done. */
  readonly redelivered: number;
  readonly deadLetters: number;
  /** Evaluators that were heard lately. */
  readonly evaluators: number;
  /** Evaluations that they can do at the same time. */
  readonly slots: number;
  /** What NATS keeps in files for the account, in bytes. */
  readonly storageBytes: number;
  /** How much it may keep there, in bytes; undefined without a limit of the account's own. */
  readonly storageLimitBytes: number | undefined;
}

/**
 * Asks NATS once; throws if it does not answer.
 *
 * @param evaluators those that are there
 */
export async function readQueueLoad(
  connection: NatsConnection,
  deadLetters: KV,
  evaluators: { readonly present: readonly Announcement[] },
): Promise<QueueLoad> {
  const load = { waiting: 0, underWay: 0, untouched: 0, redelivered: 0, deadLetters: 0 };
  const served = new Set(evaluators.present.map(({ pool }) => consumerName(pool)));
  const manager = await jetstreamManager(connection);
  for await (const consumer of manager.consumers.list(streamNames.work)) {
    load.waiting += consumer.num_pending;
    load.underWay += consumer.num_ack_pending;
    load.redelivered += consumer.num_redelivered;
    if (!served.has(consumer.name))
      load.untouched += consumer.num_pending + consumer.num_ack_pending;
    else if (consumer.num_ack_pending === 0) load.untouched += consumer.num_pending;
  }
  for await (const _ of await deadLetters.keys()) load.deadLetters++;
  const { storage, limits } = await manager.getAccountInfo();
  const { present } = evaluators;
  return {
    ...load,
    evaluators: present.length,
    slots: present.reduce((sum, { slots }) => sum + slots, 0),
    storageBytes: storage,
    storageLimitBytes: limits.max_storage > 0 ? limits.max_storage : undefined,
  };
}
