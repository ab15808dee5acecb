import { jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { streamNames } from "./names.js";
import { ignoreMissing } from "./provision.js";

/** Subjects of work before there were pools: one token, which stood for the evaluation context. */
const oldSubject = "collm.work.*";

/**
 * Removes what a version before pools left in the queue: its consumers, one for each evaluation
 * context, which nobody pulls from any more, and their work. That work is not lost: a coordinator that
 * waits for it finds it gone and publishes it again, and so does one that continues its search.
 *
 * @returns what was removed; undefined where the queue is new or has pools.
 */
export async function removeOldLayout(
  connection: NatsConnection,
): Promise<{ readonly consumers: number; readonly messages: number } | undefined> {
  const manager = await jetstreamManager(connection);
  const stream = await manager.streams.info(streamNames.work).catch(ignoreMissing);
  const isOld =
    stream?.config.retention === RetentionPolicy.Workqueue &&
    stream.config.subjects?.includes(oldSubject);
  if (!isOld) return undefined;
  let consumers = 0;
  for await (const { name } of manager.consumers.list(streamNames.work)) {
    // Another coordinator may be at the same.
    if (await manager.consumers.delete(streamNames.work, name).catch(ignoreMissing)) consumers++;
  }
  const { purged } = await manager.streams.purge(streamNames.work, { filter: oldSubject });
  return { consumers, messages: purged };
}
