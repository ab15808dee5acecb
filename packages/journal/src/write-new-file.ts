import { link, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "@collm/errors";
import { syncDirectory } from "./directories.js";

/**
 * Writes a file that nobody ever sees half-written, for any number of processes at once: written and
 * synced as `draft`, then linked to its own name, which fails if that exists.
 *
 * @param draft a name in the same file system that nobody else uses; gone afterwards
 * @returns once the file is durable; false, with nothing changed, if the name is taken
 * @throws what the file system does
 */
export async function writeNewFile(path: string, text: string, draft: string): Promise<boolean> {
  try {
    await writeDurably(draft, text);
    await link(draft, path);
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return false;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
