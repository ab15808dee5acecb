import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, fileError } from "@collm/errors";
import type { CheckpointStore } from "@collm/search";
import { decodeCheckpoint, encodeCheckpoint } from "./encode-checkpoint.js";

/** Older files belong to evaluations that nobody asks for any more: seven days. */
const keptForMs = 7 * 86_400_000;

/**
 * Checkpoints as files, `<directory>/<SHA-256 of the key>`: the head with its length before it, then
 * the statistics. A file is written under another name and then renamed, so that one that was killed
 * while writing leaves the checkpoint before. It is not synced: after a power failure the digest
 * tells what did not reach the disk, and the evaluation starts again.
 */
export function openFileCheckpointStore(directory: string): CheckpointStore {
  let prepared: Promise<void> | undefined;
  const prepareOnce = (): Promise<void> => {
    prepared ??= prepare(directory).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  };
  const pathOf = (key: string): string =>
    join(directory, createHash("sha256").update(key).digest("hex"));

  return {
    read: async (key) => {
      const path = pathOf(key);
      try {
        const bytes = await readFile(path);
        const headLength = bytes.length < 4 ? 0 : bytes.readUInt32LE();
        const rest = bytes.subarray(4);
        return await decodeCheckpoint(path, key, rest.subarray(0, headLength), () =>
          rest.subarray(headLength),
        );
      } catch (error) {
        if (errnoOf(error) === "ENOENT") return undefined;
        throw fileError("checkpoint", path, error);
      }
    },
    write: async (key, checkpoint) => {
      const path = pathOf(key);
      const draft = `${path}.${randomUUID()}`;
      const { head, statistics } = encodeCheckpoint(key, checkpoint);
      const headLength = Buffer.alloc(4);
      headLength.writeUInt32LE(head.length);
      try {
        await prepareOnce();
        const pieces = [headLength, head, ...(statistics ? [statistics.bytes] : [])];
        await writeFile(draft, Buffer.concat(pieces));
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw fileError("checkpoint", path, error);
      }
    },
    remove: async (key) => {
      const path = pathOf(key);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw fileError("checkpoint", path, error);
      });
    },
  };
}

async function prepare(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const modified = await stat(path).catch(() => undefined);
    if (modified && Date.now() - modified.mtimeMs > keptForMs) await rm(path, { force: true });
  }
}
