import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CollmError, errnoOf, fileError } from "@collm/errors";
import type { SearchEvent } from "@collm/search";
import { readLines } from "./journal-lines.js";

/** How often the file is looked at: every file system shows its length, not all tell of changes. */
const lookMs = 250;

/**
 * The events of a journal that another process may be writing, in the pieces in which they are
 * found: first all there are, then, a few times a second, those that came since, often none. A last
 * line that is half written, or that a crash cut off, is left until it is whole. A file that is not
 * there yet is waited for. Ends when `signal` aborts, else never.
 *
 * Throws like `readJournalFile`, and `data-loss` if the file becomes shorter than what was read.
 */
export async function* followJournalFile(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly SearchEvent[]> {
  const events: SearchEvent[] = [];
  let position = 0;
  while (!signal.aborted) {
    const before = events.length;
    const bytes = await readFrom(path, position);
    position += readLines(path, bytes, 0, events);
    yield events.slice(before);
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What the file holds from `position` on; nothing while there is no file. */
async function readFrom(path: string, position: number): Promise<Uint8Array> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT" && position === 0) return undefined;
    throw fileError("journal", path, error);
  });
  if (!file) return new Uint8Array();
  try {
    const { size } = await file.stat();
    if (size < position) {
      throw new CollmError("data-loss", `journal ${path}: became shorter than what was read of it`);
    }
    const bytes = new Uint8Array(size - position);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
