import type { EventOf, SearchEvent, SearchEventType } from "../events.js";
import { best } from "../folds.js";
import type { Searcher } from "../searcher.js";
import { createSearcher } from "../searchers/create.js";
import type { SearchState } from "../state.js";
import { replayLife } from "./recorded-life.js";
import { type Divergence, Recording, type ReplayCounts } from "./recording.js";

/** What came of a replay. */
export interface Replay {
  /** Events at the beginning of the journal that came out equal, or came from outside the loop. */
  readonly reproduced: number;
  /** Of them, events of the search that this one was forked from: taken as they are. */
  readonly takenOver: number;
  readonly counts: Readonly<ReplayCounts>;
  /** Where journal and replay part; absent if they never do. */
  readonly divergence?: Divergence;
  /** The state after the reproduced events. */
  readonly state: SearchState;
}

/**
 * Runs a search again from its journal alone, with nobody to ask: roles answer what they answered,
 * evaluations report what they reported and in that order, interruptions and deaths happen where
 * they happened. Everything else is decided and drawn anew and compared with the journal, event
 * by event. A journal that was cut off is replayed as far as it goes.
 *
 * What the loop has no part in is taken over: the start, the resumptions and the test's result.
 * Events that a fork copied were made under another configuration and are taken over, too.
 *
 * @param searcherOf default: the searcher that the configuration names.
 */
export async function replaySearch(
  events: readonly SearchEvent[],
  searcherOf: (state: SearchState) => Searcher<unknown> = (state) =>
    createSearcher(state.started?.config.searcher ?? "random"),
): Promise<Replay> {
  const recording = new Recording(events);
  const [first] = events;
  const forkedAt = first?.type === "SearchStarted" ? (first.forkedFrom?.seq ?? 0) : 0;
  const isGoing = (): boolean => recording.next !== undefined && !recording.divergence;

  while (isGoing() && recording.reproduced < forkedAt) recording.takeOver();
  const takenOver = recording.reproduced;
  while (isGoing()) {
    const { next, reproduced: before, state } = recording;
    if (next === undefined) break;
    if (state.phase === "new" || outside.has(next.type)) recording.takeOver();
    else if (next.type === "TestOpened") recording.reproduce(openingOf(state, next));
    else {
      await replayLife(recording, searcherOf(state));
      if (recording.reproduced === before) recording.diverge("the replay makes no event there");
    }
  }
  const { reproduced, counts, state, divergence } = recording;
  return { reproduced, takenOver, counts, state, ...(divergence ? { divergence } : {}) };
}

/** Events that do not come from the loop and in which nothing is decided. */
const outside: ReadonlySet<SearchEventType> = new Set<SearchEventType>([
  "SearchStarted",
  "SearchResumed",
  "TestCompleted",
]);

/** The test is opened for the winner and for nothing else. */
function openingOf(state: SearchState, recorded: EventOf<"TestOpened">): SearchEvent {
  return { ...recorded, canonical: best(state)?.architecture.canonical ?? "" };
}
