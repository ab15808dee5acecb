import { followJournalFile } from "@collm/journal";
import { best, type SearchEvent, type SearchId, type SearchState } from "@collm/search";
import type { CoordinatorClient, OnRoleText } from "../coordinator-client.js";
import type { RunDirectory } from "../run-directory.js";

/** Where the events of a search that somebody else drives come from. */
export interface WatchSource {
  /** In pieces: first all there are, then those that come, often none, until `signal` aborts. */
  pieces(signal: AbortSignal, onText?: OnRoleText): AsyncIterable<readonly SearchEvent[]>;
  /** Whether somebody drives the search now; where nobody does, `state` may be its last. */
  isDriven(state: SearchState): Promise<boolean>;
}

/** The journal of a run directory. A killed `collm search` leaves it as if it were running. */
export function runSource(run: RunDirectory): WatchSource {
  return {
    pieces: (signal) => followJournalFile(run.journalPath, signal),
    isDriven: () => run.isHeld(),
  };
}

/** A search at a coordinator, which may be away for a minute. */
export function coordinatorSource(client: CoordinatorClient, searchId: SearchId): WatchSource {
  return {
    pieces: (signal, onText) => client.watch(searchId, signal, onText),
    isDriven: async ({ phase }) => phase === "running",
  };
}

/** Whether nothing more will come: the search rests, and what its starter wanted is done. */
export async function isOver(source: WatchSource, state: SearchState): Promise<boolean> {
  const mayRest = state.phase === "finished" || state.phase === "interrupted";
  if (!mayRest) return false;
  const isWhole = state.phase === "finished" && (state.test !== undefined || !best(state));
  return isWhole || !(await source.isDriven(state));
}
