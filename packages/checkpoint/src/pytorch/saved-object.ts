import type { PickleLimits } from "../pickle/limits.js";
import type { PickleWorld } from "../pickle/machine.js";
import type { PickleValue } from "../pickle/value.js";
import { RandomAccessFile } from "../random-access-file.js";
import { readLegacyObject } from "./legacy-container.js";
import { readZipObject } from "./zip-container.js";

/**
 * Reads the object that `torch.save` wrote, in either container, where it is not weights. What it may
 * name and cost is up to the caller. Throws `CheckpointFormatError`.
 */
export async function readSavedObject(
  path: string,
  world: PickleWorld,
  limits: PickleLimits,
): Promise<PickleValue> {
  const file = await RandomAccessFile.open(path);
  try {
    const isZip = file.sizeBytes > 0 && new Uint8Array(await file.read(0, 1, "header"))[0] === 0x50;
    if (isZip) return await readZipObject(file, world, limits);
    return (await readLegacyObject(file, world, limits)).root;
  } finally {
    await file.close();
  }
}
