import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { patiently } from "./patiently.js";

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
