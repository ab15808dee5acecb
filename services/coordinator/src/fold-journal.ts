import { CollmError } from "@collm/errors";
import { foldEvents, type SearchEvent, type SearchState } from "@collm/search";

/** The state that a journal leads to. Throws `data-loss` if its events cannot follow one another. */
export function foldJournal(path: string, events: readonly SearchEvent[]): SearchState {
  try {
    return foldEvents(events);
  } catch (error) {
    throw new CollmError("data-loss", `journal ${path}: ${CollmError.from(error).message}`, {
      cause: error,
    });
  }
}
