import { constants } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CollmError, fileError } from "@collm/errors";
import type { SearchEvent } from "@collm/search";
import { makeDirectory, syncDirectory } from "./directories.js";
import { createDurableAppender } from "./durable-appender.js";
import { formatLine, type JournalLines, parseLines } from "./journal-lines.js";
import type { OpenJournal } from "./journals.js";
import { acquireWriterLock, type WriterLock } from "./writer-lock.js";

/** A search's journal as a file of JSON lines, open for writing by this process only. */
export interface JournalFile extends OpenJournal {
  readonly path: string;
  /** Bytes of a torn last line that was cut off at opening; 0 if there was none. */
  readonly tornBytes: number;
  /**
   * Resolves once the event is durable. Throws `failed-precondition` when the journal is closed or
   * taken over, `invalid-argument` when the event does not follow the one before it, and
   * `resource-exhausted` when the disk is full; after a failed write everything is refused.
   */
  append(event: SearchEvent): Promise<void>;
}

/**
 * Opens the journal at `path` for writing; creates it and its directory if need be. A torn last
 * line, left by a crash, is cut off. Throws `failed-precondition` naming the owner if another
 * journal is open for this path, and `data-loss` naming the line if the file is damaged.
 *
 * @param known what was read of it before; only what came after that is read.
 */
export async function openJournalFile(
  path: string,
  known: readonly SearchEvent[] = [],
): Promise<JournalFile> {
  const what = `journal ${path}`;
  let lock: WriterLock | undefined;
  let handle: FileHandle | undefined;
  try {
    await makeDirectory(dirname(path));
    lock = await acquireWriterLock(what, `${path}.lock`);
    handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    await syncDirectory(dirname(path));
    const lines = parseLines(path, await handle.readFile(), known);
    if (lines.tornBytes > 0) {
      await handle.truncate(lines.wholeBytes);
      await handle.datasync();
    }
    return journalOn(path, lock, handle, lines);
  } catch (error) {
    await handle?.close();
    await lock?.release();
    throw fileError("journal", path, error);
  }
}

/** What a journal held at one moment, without the right to write. */
export interface JournalSnapshot {
  readonly events: readonly SearchEvent[];
  /** Bytes of a last line that is torn, or being written right now. */
  readonly tornBytes: number;
}

/**
 * Reads the journal at `path` and leaves it as it is; another process may be writing it. Throws
 * `not-found` if there is none and `data-loss` naming the line if it is damaged.
 */
export async function readJournalFile(path: string): Promise<JournalSnapshot> {
  try {
    const { events, tornBytes } = parseLines(path, await readFile(path));
    return { events, tornBytes };
  } catch (error) {
    throw fileError("journal", path, error);
  }
}

function journalOn(
  path: string,
  lock: WriterLock,
  handle: FileHandle,
  { events, wholeBytes, tornBytes }: JournalLines,
): JournalFile {
  const appender = createDurableAppender({
    handle,
    position: wholeBytes,
    check: () => lock.assertHeld(),
    toError: (thrown) => fileError("journal", path, thrown),
  });
  let nextSeq = events.length + 1;
  let searchId = events[0]?.searchId;
  let closed: Promise<void> | undefined;

  function refuseUnlessNext(event: SearchEvent): void {
    if (closed !== undefined) {
      throw new CollmError("failed-precondition", `journal ${path}: is closed`);
    }
    if (event.seq !== nextSeq) {
      throw new CollmError(
        "invalid-argument",
        `journal ${path}: seq: got ${event.seq}, expected is ${nextSeq}`,
      );
    }
    if (searchId !== undefined && event.searchId !== searchId) {
      throw new CollmError(
        "invalid-argument",
        `journal ${path}: searchId: got "${event.searchId}", expected is "${searchId}"`,
      );
    }
  }

  async function close(): Promise<void> {
    await appender.settled();
    await handle.close();
    await lock.release();
  }

  return {
    name: path,
    path,
    events,
    tornBytes,
    async append(event) {
      refuseUnlessNext(event);
      const bytes = Buffer.from(formatLine(event));
      nextSeq += 1;
      searchId = event.searchId;
      await appender.append(bytes);
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}
