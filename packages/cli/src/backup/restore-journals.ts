import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CollmError, withFile } from "@collm/errors";
import { LeaseTakenError, type SharedJournals } from "@collm/events";
import { extendJournal, type OpenJournal } from "@collm/journal";
import { parseSearchId } from "@collm/search";
import { RunDirectory } from "../run-directory.js";
import type { CopiedJournal } from "./copied-journal.js";

/**
 * Brings journals of run directories below `folder` to where coordinators find them. What is there
 * already is continued with what the copy has more. A search that was under way goes on by itself.
 *
 * @param names of the directories; all that hold a search if there are none.
 */
export async function* restoreJournals(
  journals: SharedJournals,
  names: readonly string[],
  folder: string,
): AsyncGenerator<CopiedJournal> {
  const chosen = names.length > 0 ? names : await directoriesIn(folder);
  for (const name of chosen) {
    const events = await new RunDirectory(join(folder, name)).events();
    const searchId = parseSearchId(events[0]?.searchId ?? name);
    if (events.length === 0) {
      if (names.length > 0) yield { searchId, events: 0, outcome: { kind: "absent" } };
      continue;
    }
    let journal: OpenJournal;
    try {
      journal = await journals.open(searchId);
    } catch (error) {
      if (!(error instanceof LeaseTakenError)) throw error;
      yield { searchId, events: events.length, outcome: { kind: "driven" } };
      continue;
    }
    try {
      const outcome = await extendJournal(journal, events);
      yield { searchId, events: events.length, outcome };
    } finally {
      await journal.close();
    }
  }
}

async function directoriesIn(folder: string): Promise<readonly string[]> {
  const entries = await withFile("folder", folder, () => readdir(folder, { withFileTypes: true }));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (names.length > 0) return names.sort();
  throw new CollmError("not-found", `${folder}: no run directory in it`);
}
