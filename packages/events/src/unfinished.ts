import { parseSearchId, type SearchId } from "@collm/search";
import { jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { bucketNames } from "./names.js";
import { patiently } from "./patiently.js";

/**
 * The searches that a coordinator should drive, so that nobody reads journals to find them: asking
 * costs one request, however many searches have ended. An entry is written before a search's first
 * event and removed after its last; the journal is the truth, so one too many does no harm.
 */
export interface UnfinishedSearches {
  /** Adds it; gives what `remove` is to be told. */
  add(id: SearchId): Promise<number>;
  /** What `remove` is to be told of one that was added before; undefined if there is none. */
  revisionOf(id: SearchId): Promise<number | undefined>;
  /** Removes it, unless somebody added it again since. */
  remove(id: SearchId, revision: number): Promise<void>;
  list(): Promise<readonly SearchId[]>;
}

const stream = `KV_${bucketNames.unfinished}`;
const prefix = `$KV.${bucketNames.unfinished}.`;

/** @param bucket has no age limit: a search waits for as long as no coordinator is there. */
export function createUnfinishedSearches(
  connection: NatsConnection,
  bucket: KV,
): UnfinishedSearches {
  return {
    add: (id) => patiently(() => bucket.put(id, "")),
    revisionOf: async (id) => (await patiently(() => bucket.get(id)))?.revision,
    remove: async (id, revision) => {
      // Purged from the stream: a delete of the bucket would leave a mark for every search that ever was.
      await patiently(async () => {
        const manager = await jetstreamManager(connection);
        await manager.streams.purge(stream, { filter: `${prefix}${id}`, seq: revision + 1 });
      });
    },
    list: async () => {
      const manager = await jetstreamManager(connection);
      const { state } = await manager.streams.info(stream, { subjects_filter: `${prefix}>` });
      return Object.keys(state.subjects ?? {}).map((subject) =>
        parseSearchId(subject.slice(prefix.length)),
      );
    },
  };
}
