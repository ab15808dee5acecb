import { type EventOf, foldEvents, type SearchEvent, type SearchState } from "@collm/search";
import type { SearchSpace } from "@collm/search-space";

/** A journal with its fold at hand; what results and reports are made from. */
export interface JournalView {
  readonly events: readonly SearchEvent[];
  readonly state: SearchState;
  readonly started: EventOf<"SearchStarted">;
  readonly space: SearchSpace;
}

/**
 * Folds a journal once, for everything that reads it.
 *
 * @throws RangeError if the journal holds no SearchStarted or events that do not follow each other.
 */
export function viewJournal(events: readonly SearchEvent[]): JournalView {
  const state = foldEvents(events);
  const { started, space } = state;
  if (!started || !space) {
    throw new RangeError(
      `a journal of ${events.length} events without SearchStarted has no result`,
    );
  }
  return { events, state, started, space };
}
