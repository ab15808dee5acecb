import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corruptedFile } from "./corrupted-files.js";
import { tryFile } from "./try-file.js";

/**
 * Tries corrupted files one after the other and tells the parent what becomes of each. A process of its own, so that
 * a file that hangs or kills it is seen as that. Arguments: seed, first number, number to stop before.
 */
const [seed = 0, first = 0, end = 0] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "collm-corruption-"));
process.once("disconnect", () => process.exit(1));
try {
  for (let number = first; number < end; number += 1) {
    const outcome = await tryFile(corruptedFile(seed, number), join(folder, "file"));
    process.send?.({ number, outcome });
  }
} finally {
  await rm(folder, { recursive: true });
  process.disconnect();
}
