import type { FileHandle } from "node:fs/promises";

/** Appends to a file so that what was acknowledged survives a power failure. */
export interface GroupWriter {
  /** Resolves once the bytes are durable, in the order of the calls. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves once nothing is under way. */
  settled(): Promise<void>;
}

export interface GroupWriterOptions {
  readonly handle: FileHandle;
  /** Where the file ends, in bytes. */
  readonly position: number;
  /** Asked before each write; throwing refuses it. */
  check(): Promise<void>;
  /** Turns a failed write into what `append` throws. */
  toError(thrown: unknown): Error;
}

interface Waiting {
  readonly bytes: Uint8Array;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * An fsync takes milliseconds, whatever it covers. So while one is under way, appends queue up and
 * the next one covers them all.
 *
 * After a failed write nothing is known about the file's end; the writer cuts it back as well
 * as it can and refuses everything from then on.
 */
export function createGroupWriter(options: GroupWriterOptions): GroupWriter {
  const { handle } = options;
  let position = options.position;
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  let failure: Error | undefined;

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    const bytes = Buffer.concat(group.map((waiting) => waiting.bytes));
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
    await handle.datasync();
    position += bytes.length;
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      let group: Waiting[] = [];
      try {
        await options.check();
        [group, queue] = [queue, []];
        await writeGroup(group);
      } catch (thrown) {
        failure = options.toError(thrown);
        // Nobody else writes: either we own the file, or the check failed before we wrote.
        if (group.length > 0) await handle.truncate(position).catch(() => undefined);
        for (const waiting of [...group, ...queue]) waiting.reject(failure);
        queue = [];
        return;
      }
      for (const waiting of group) waiting.resolve();
    }
  }

  return {
    append(bytes) {
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        queue.push({ bytes, resolve, reject });
        running ??= run().finally(() => {
          running = undefined;
        });
      });
    },
    async settled() {
      await running;
    },
  };
}
