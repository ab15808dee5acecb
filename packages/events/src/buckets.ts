import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";

/** Opens a bucket, which is created if need be. `ttlMs`: entries that nobody renews go away. */
export async function openBucket(
  connection: NatsConnection,
  name: string,
  { replicas, ttlMs }: { readonly replicas: number; readonly ttlMs?: number },
): Promise<KV> {
  return await new Kvm(connection).create(name, {
    replicas,
    history: 1,
    ...(ttlMs === undefined ? {} : { ttl: ttlMs }),
  });
}
