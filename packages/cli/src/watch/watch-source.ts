import { followJournalFile } from "@collm/journal";
import { sleep } from "@collm/rpc";
import { best, type SearchEvent, type SearchId, type SearchState } from "@collm/search";
import { clientTls } from "../client-tls.js";
import { CoordinatorClient, type OnRoleText } from "../coordinator-client.js";
import type { RunDirectory } from "../run-directory.js";

/** How often a coordinator is looked for that is not there. */
const againMs = 1_000;

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
    pieces: (signal, onText) => piecesOf(run, signal, onText),
    isDriven: () => run.isHeld(),
  };
}

async function* piecesOf(run: RunDirectory, signal: AbortSignal, onText: OnRoleText | undefined) {
  const over = new AbortController();
  if (onText) void hearTextsOf(run, AbortSignal.any([signal, over.signal]), onText);
  try {
    yield* followJournalFile(run.journalPath, signal);
  } finally {
    over.abort();
  }
}

/** Texts are not in the journal: the coordinator tells them while it runs. Never throws. */
async function hearTextsOf(
  run: RunDirectory,
  signal: AbortSignal,
  onText: OnRoleText,
): Promise<void> {
  while (!signal.aborted) {
    // Whatever ends the call: the events are in the file all the same.
    await hearOnce(run, signal, onText).catch(() => undefined);
    await sleep(againMs, signal).catch(() => undefined);
  }
}

async function hearOnce(run: RunDirectory, signal: AbortSignal, onText: OnRoleText): Promise<void> {
  const coordinator = await run.coordinator();
  if (coordinator === undefined) return;
  const { address, isEmbedded } = coordinator;
  const client = new CoordinatorClient(address, isEmbedded ? undefined : clientTls());
  try {
    await client.hearTexts(run.searchId, signal, onText);
  } finally {
    client.close();
  }
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
