import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CollmError, errnoOf, fileError } from "@collm/errors";
import { type Journals, openJournalFile, readJournalFile } from "@collm/journal";
import { parseSearchId, type SearchEvent, type SearchId } from "@collm/search";

const journalName = "events.jsonl";

/** Many searches: `<directory>/<search-id>/events.jsonl`. */
export function directoryJournals(directory: string): Journals {
  const pathOf = (id: SearchId): string => join(directory, id, journalName);
  return {
    nameOf: pathOf,
    open: async (id, known) => await openJournalFile(pathOf(id), known),
    read: (id) => readEvents(pathOf(id)),
    size: (id) => bytesOf(pathOf(id)),
    list: async () => {
      const entries = await readdir(directory, { withFileTypes: true }).catch(ignoreMissing);
      return entries.flatMap((entry) => {
        try {
          return entry.isDirectory() ? [parseSearchId(entry.name)] : [];
        } catch {
          return [];
        }
      });
    },
  };
}

/** One search whose run directory the user chose: `<run directory>/events.jsonl`. */
export function singleRunJournals(runDirectory: string, searchId: SearchId): Journals {
  const pathOf = (id: SearchId): string => {
    if (id !== searchId) {
      throw new CollmError(
        "failed-precondition",
        `search id: got "${id}", this coordinator serves only "${searchId}"`,
      );
    }
    return join(runDirectory, journalName);
  };
  return {
    nameOf: pathOf,
    open: async (id, known) => await openJournalFile(pathOf(id), known),
    read: async (id) => await readEvents(pathOf(id)),
    size: (id) => bytesOf(pathOf(id)),
    list: async () => [searchId],
  };
}

async function readEvents(path: string): Promise<readonly SearchEvent[]> {
  try {
    return (await readJournalFile(path)).events;
  } catch (error) {
    if (error instanceof CollmError && error.code === "not-found") return [];
    throw error;
  }
}

async function bytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw fileError("journal", path, error);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
