import { CollmError } from "@collm/errors";
import { decodeCheckpoint, encodeCheckpoint } from "@collm/journal";
import type { CheckpointStore } from "@collm/search";
import type { KV } from "@nats-io/kv";
import { bucketNames, tokenOf } from "./names.js";
import { patiently } from "./patiently.js";

/** Checkpoints that nobody came back for go away: seven days. */
export const checkpointTtlMs = 7 * 86_400_000;

/** What a message holds besides the value: subject and headers. */
const envelopeBytes = 1_024;

/**
 * Checkpoints in a key-value bucket, an entry for the head and one for the statistics, which is
 * written only when it changes: 0.4 MB for the largest published network, every few seconds.
 *
 * Reading waits for a server that does not answer, since calibrating again takes longer. Writing does
 * not: the next checkpoint comes soon.
 *
 * @param maxPayloadBytes the server's limit; writing statistics beyond it throws `resource-exhausted`
 */
export function createKvCheckpointStore(bucket: KV, maxPayloadBytes: number): CheckpointStore {
  /** Digests of the statistics that this process wrote last. */
  const written = new Map<string, string>();
  const headOf = (key: string): string => `${tokenOf(key)}.head`;
  const statisticsOf = (key: string): string => `${tokenOf(key)}.statistics`;
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const entry = await patiently(() => bucket.get(name));
    return entry?.operation === "PUT" ? entry.value : undefined;
  };
  return {
    read: async (key) => {
      const head = await read(headOf(key));
      const where = `${bucketNames.checkpoints}/${tokenOf(key)}`;
      return head && (await decodeCheckpoint(where, key, head, () => read(statisticsOf(key))));
    },
    write: async (key, checkpoint) => {
      const { head, statistics } = encodeCheckpoint(key, checkpoint);
      if (statistics && statistics.digest !== written.get(key)) {
        const allowed = maxPayloadBytes - envelopeBytes;
        if (statistics.bytes.length > allowed) {
          throw new CollmError(
            "resource-exhausted",
            `checkpoint ${key}: its statistics take ${statistics.bytes.length} bytes, allowed are ` +
              `${allowed} (max_payload of nats-server)`,
          );
        }
        await bucket.put(statisticsOf(key), statistics.bytes);
        written.set(key, statistics.digest);
      }
      await bucket.put(headOf(key), head);
    },
    remove: async (key) => {
      written.delete(key);
      await bucket.purge(headOf(key));
      await bucket.purge(statisticsOf(key));
    },
  };
}
