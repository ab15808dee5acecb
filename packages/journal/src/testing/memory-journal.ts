import { CollmError } from "@collm/errors";
import type { Journal, SearchEvent } from "@collm/search";

/** A journal that lives in memory, for tests of what is above it. */
export interface MemoryJournal extends Journal {
  /** Everything appended so far, also before this journal was opened. */
  readonly events: readonly SearchEvent[];
  close(): Promise<void>;
}

/** Journals in memory by name; like files, each can be open once at a time. */
export function createMemoryJournals(): { open(name: string): Promise<MemoryJournal> } {
  const stored = new Map<string, string[]>();
  const owned = new Set<string>();

  function journalNamed(name: string): MemoryJournal {
    const lines = stored.get(name) ?? [];
    stored.set(name, lines);
    const read = (): SearchEvent[] => lines.map((line) => JSON.parse(line));
    let isClosed = false;
    return {
      get events() {
        return read();
      },
      async append(event) {
        if (isClosed) throw new CollmError("failed-precondition", `journal ${name}: is closed`);
        const expected = lines.length + 1;
        const searchId = read()[0]?.searchId ?? event.searchId;
        if (event.seq !== expected || event.searchId !== searchId) {
          throw new CollmError(
            "invalid-argument",
            `journal ${name}: got event ${event.seq} of ${event.searchId}, expected is ${expected} of ${searchId}`,
          );
        }
        // As text, so that nobody can change an event afterwards.
        lines.push(JSON.stringify(event));
      },
      async close() {
        if (!isClosed) owned.delete(name);
        isClosed = true;
      },
    };
  }

  return {
    async open(name) {
      if (owned.has(name)) {
        throw new CollmError("failed-precondition", `journal ${name}: is being written`);
      }
      owned.add(name);
      return journalNamed(name);
    },
  };
}
