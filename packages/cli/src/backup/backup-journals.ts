import { join } from "node:path";
import type { SharedJournals } from "@collm/events";
import { extendJournal, openJournalFile } from "@collm/journal";
import type { SearchEvent, SearchId } from "@collm/search";
import { type Launch, RunDirectory } from "../run-directory.js";
import type { CopiedJournal } from "./copied-journal.js";

/**
 * Copies journals into run directories below `folder`, named as their searches; what an earlier
 * backup brought is not copied again. Searches may be running: a copy is as old as its last event.
 */
export async function* backupJournals(
  journals: SharedJournals,
  ids: readonly SearchId[],
  folder: string,
): AsyncGenerator<CopiedJournal> {
  for (const searchId of ids) {
    const events = await journals.read(searchId);
    const launch = launchOf(events);
    if (launch === undefined) {
      yield { searchId, events: 0, outcome: { kind: "absent" } };
      continue;
    }
    const run = new RunDirectory(join(folder, searchId));
    const outcome = await run.hold(async () => {
      if (!(await run.isMade())) await run.create(launch);
      const copy = await openJournalFile(run.journalPath);
      try {
        return await extendJournal(copy, events);
      } finally {
        await copy.close();
      }
    }, "--to");
    yield { searchId, events: events.length, outcome };
  }
}

/** How such a search is started, as its journal tells; undefined without events. */
function launchOf([first]: readonly SearchEvent[]): Launch | undefined {
  if (first?.type !== "SearchStarted") return undefined;
  const { searchId, supernet, config } = first;
  return { searchId, supernet: `${supernet.name}@${supernet.digest}`, search: config };
}
