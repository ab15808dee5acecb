import type { FileHandle } from "node:fs/promises";

/** Appends to a file so that what was acknowledged survives a power failure. */
export interface DurableAppender {
  /** Resolves once the bytes are durable, in the order of the calls. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves once nothing is under way. */
  settled(): Promise<void>;
}

export interface DurableAppenderOptions {
  readonly handle: FileHandle;
  /** Where the file ends, in bytes. */
  readonly position: number;
  /** Asked before each write; throwing refuses it. */
  check(): Promise<void>;
  /** Turns a failed write into what `append` throws. */
  toError(thrown: unknown): Error;
}

/**
 * One write and fsync for each append, one after the other: nothing may follow from an event before
 * it is durable, so there is never a second one to share an fsync with.
 *
 * After a failed write nothing is known about the file's end; the appender cuts it back as well
 * as it can and refuses everything from then on.
 */
export function createDurableAppender(options: DurableAppenderOptions): DurableAppender {
  const { handle, check, toError } = options;
  let position = options.position;
  let last: Promise<void> = Promise.resolve();
  let failure: Error | undefined;

  async function append(bytes: Uint8Array): Promise<void> {
    if (failure !== undefined) throw failure;
    let hasBegun = false;
    try {
      await check();
      hasBegun = true;
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.length - done;
        done += (await handle.write(bytes, done, rest, position + done)).bytesWritten;
      }
      await handle.datasync();
      position += bytes.length;
    } catch (thrown) {
      failure = toError(thrown);
      // Nobody else writes: either we own the file, or the check failed before we wrote.
      if (hasBegun) await handle.truncate(position).catch(() => undefined);
      throw failure;
    }
  }

  return {
    append(bytes) {
      const appended = last.then(() => append(bytes));
      last = appended.catch(() => undefined);
      return appended;
    },
    settled: () => last,
  };
}
