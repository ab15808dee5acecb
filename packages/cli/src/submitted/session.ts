import { CollmError } from "@collm/errors";
import { openJournalFile } from "@collm/journal";
import { applyEvent, best, foldEvents, type SearchState } from "@collm/search";
import { clientTls } from "../client-tls.js";
import { CoordinatorClient } from "../coordinator-client.js";
import type { SessionOptions, SessionOutcome } from "../embedded/session.js";

/**
 * A search at a coordinator elsewhere, followed from here: its events are copied into the run
 * directory as they come, and the views are written from them. Leaving does not end the search.
 *
 * @throws what kept the search from starting, if nothing of it is here yet.
 */
export async function runSubmittedSearch(
  { run, launch, begin, opensTest, output, progress, signal }: SessionOptions,
  address: string,
): Promise<SessionOutcome> {
  const coordinator = new CoordinatorClient(address, clientTls(), ({ message }) =>
    progress.notice(`waiting for a coordinator: ${message}`),
  );
  const journal = await openJournalFile(run.journalPath);
  let state = foldEvents(journal.events);
  for (const event of journal.events) progress.show(event);
  const copyEvents = async (): Promise<void> => {
    const from = { afterSeq: state.lastSeq, onText: progress.showText };
    for await (const event of coordinator.follow(launch.searchId, signal, from)) {
      state = applyEvent(state, event);
      await journal.append(event);
      progress.show(event);
    }
  };
  let failure: CollmError | undefined;
  try {
    if (begin.kind === "start") {
      await coordinator.start(launch.searchId, begin.config, launch.supernet, signal);
    } else {
      await coordinator.resume(launch.searchId, signal);
    }
    await copyEvents();
    if (opensTest && wantsTest(state)) {
      progress.notice("opening the test split");
      await coordinator.openTest(launch.searchId);
      await copyEvents();
    }
  } catch (error) {
    failure = CollmError.from(error);
    if (state.lastSeq === 0) throw error;
  } finally {
    progress.end();
    coordinator.close();
    await journal.close();
  }
  if (signal.aborted) {
    output.say(
      state.phase === "running"
        ? `the search goes on at ${address}; resume follows it again`
        : "stopped following",
    );
  } else if (failure) {
    output.say(failure.message);
  }
  const written = await run.writeViews();
  const isTested = !opensTest || written.test !== undefined;
  return {
    state: written,
    isComplete: written.phase === "finished" && best(written) !== undefined && isTested,
  };
}

function wantsTest(state: SearchState): boolean {
  return state.phase === "finished" && state.test === undefined && best(state) !== undefined;
}
