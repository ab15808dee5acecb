import { type ByteSource, ByteStream } from "./byte-stream.js";
import type { PickleLimits } from "./limits.js";
import type { PickleWorld } from "./machine.js";
import { pickleLookaheadBytes, pickleWindowBytes, runPickle } from "./run.js";
import type { PickleValue } from "./value.js";

/**
 * Reads a source that is one pickle, without knowing its size and without holding it in memory.
 * Throws `CheckpointFormatError`, also for bytes after the pickle.
 */
export async function readPickle(
  source: ByteSource,
  world: PickleWorld,
  limits: PickleLimits,
): Promise<PickleValue> {
  const stream = new ByteStream(
    source,
    { start: 0, end: Number.POSITIVE_INFINITY },
    { what: "the pickle", windowBytes: pickleWindowBytes, lookaheadBytes: pickleLookaheadBytes },
  );
  const value = await runPickle(stream, world, limits);
  // What is left is read, since a packed source checks its checksums only then.
  if (stream.needsFill) await stream.fill();
  if (stream.peek() !== undefined) {
    throw source.problem(stream.position, "bytes after the pickle", "its end");
  }
  return value;
}
