import type { Journals } from "@collm/journal";
import { isAtRest, type SearchEvent, type SearchId } from "@collm/search";
import type { Peers } from "./backends.js";
import { EventFeed } from "./event-feed.js";
import { unknownSearch } from "./search-refusals.js";

/** Events of a search whose journal nobody else writes: those of its feed, or what there is. */
export async function* watchAlone(
  { feed, journals }: { readonly feed: EventFeed | undefined; readonly journals: Journals },
  id: SearchId,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  if (feed) return yield* feed.read(afterSeq, signal);
  const events = await journals.read(id);
  if (events.length === 0) throw unknownSearch(id);
  const resting = new EventFeed(events);
  resting.end();
  yield* resting.read(afterSeq, signal);
}

/**
 * Events of a search that any coordinator may drive: those of its feed while it is driven here, then
 * those of the stream until it is at rest. Throws the reason of `draining` if that comes first.
 */
export async function* watchShared(
  {
    feed,
    peers,
    draining,
  }: {
    readonly feed: EventFeed | undefined;
    readonly peers: Peers;
    readonly draining: AbortSignal;
  },
  id: SearchId,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  let last: SearchEvent | undefined;
  for await (last of feed?.read(afterSeq, signal) ?? []) yield last;
  if (signal.aborted || (last && isAtRest(last))) return;
  draining.throwIfAborted();
  const either = AbortSignal.any([signal, draining]);
  for await (last of peers.follow(id, last?.seq ?? afterSeq, either)) yield last;
  // Whoever is cut off by it is told; who has seen the end is not.
  if (!signal.aborted && !(last && isAtRest(last))) draining.throwIfAborted();
}
