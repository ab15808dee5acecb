import { CollmError } from "@collm/errors";
import { emptyState, foldEvents, type SearchEvent, type SearchState } from "@collm/search";

/**
 * The state that a journal leads to. Throws `data-loss` if its events cannot follow one another.
 *
 * @param before the state that earlier events led to; default none.
 */
export function foldJournal(
  path: string,
  events: readonly SearchEvent[],
  before: SearchState = emptyState,
): SearchState {
  try {
    return foldEvents(events, before);
  } catch (error) {
    throw new CollmError("data-loss", `journal ${path}: ${CollmError.from(error).message}`, {
      cause: error,
    });
  }
}
