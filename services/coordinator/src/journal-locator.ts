import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CollmError } from "@collm/errors";
import { parseSearchId, type SearchId } from "@collm/search";

const journalName = "events.jsonl";

/** Where the journals of searches are. */
export interface JournalLocator {
  pathOf(id: SearchId): string;
  list(): Promise<readonly SearchId[]>;
}

/** Many searches: `<directory>/<search-id>/events.jsonl`. */
export function directoryLocator(directory: string): JournalLocator {
  return {
    pathOf: (id) => join(directory, id, journalName),
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
export function singleRunLocator(runDirectory: string, searchId: SearchId): JournalLocator {
  return {
    pathOf: (id) => {
      if (id !== searchId) {
        throw new CollmError(
          "failed-precondition",
          `search id: got "${id}", this coordinator serves only "${searchId}"`,
        );
      }
      return join(runDirectory, journalName);
    },
    list: async () => [searchId],
  };
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
