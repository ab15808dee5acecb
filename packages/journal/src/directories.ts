import { mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * A file that was just created survives a power failure only once its directory is synced too;
 * the same holds for the directory in its parent.
 */

/** Makes `directory` and its missing parents durable. */
export async function makeDirectory(directory: string): Promise<void> {
  const target = resolve(directory);
  const firstMade = await mkdir(target, { recursive: true });
  if (firstMade === undefined) return;
  const last = dirname(resolve(firstMade));
  for (let parent = dirname(target); ; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === last) return;
  }
}

/** Makes the entries of `directory` durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
