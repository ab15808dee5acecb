import { CollmError } from "@collm/errors";
import { jetstreamManager } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { bucketNames } from "./names.js";
import { atOnce, patiently } from "./patiently.js";
import { ignoreMissing } from "./provision.js";

/**
 * Opens a bucket, which is created if need be; services that start while NATS is cut off wait for it.
 * `ttlMs`: entries that nobody renews go away.
 */
export async function openBucket(
  connection: NatsConnection,
  name: string,
  { replicas, ttlMs }: { readonly replicas: number; readonly ttlMs?: number },
): Promise<KV> {
  return await patiently(() =>
    new Kvm(connection).create(name, {
      replicas,
      history: 1,
      ...(ttlMs === undefined ? {} : { ttl: ttlMs }),
    }),
  );
}

/**
 * Gives the buckets that are there as many copies as streams have; opening one leaves it as it was made.
 *
 * @throws CollmError failed-precondition if this process's user may not
 */
export async function updateCopies(connection: NatsConnection, replicas: number): Promise<void> {
  await patiently(async () => {
    const manager = await jetstreamManager(connection);
    for (const bucket of Object.values(bucketNames)) {
      const name = `KV_${bucket}`;
      const info = await manager.streams.info(name).catch(ignoreMissing);
      if (!info || info.config.num_replicas === replicas) continue;
      await manager.streams.update(name, { num_replicas: replicas });
    }
  });
}

/**
 * Opens a bucket that a coordinator has made: whoever only looks makes none, and may not.
 *
 * @throws CollmError failed-precondition if it is missing
 */
export async function openMadeBucket(connection: NatsConnection, name: string): Promise<KV> {
  const manager = await atOnce(() => jetstreamManager(connection));
  const info = await atOnce(() => manager.streams.info(`KV_${name}`)).catch(ignoreMissing);
  if (info) return await new Kvm(connection).open(name);
  throw new CollmError(
    "failed-precondition",
    `bucket ${name}: is missing; a coordinator makes it when it starts`,
  );
}
