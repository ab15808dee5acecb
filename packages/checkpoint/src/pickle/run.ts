import type { ByteStream } from "./byte-stream.js";
import { checkpointLimits, maxTextLengthBytes, type PickleLimits } from "./limits.js";
import { PickleMachine, type PickleWorld } from "./machine.js";
import { executeNext, opcode } from "./opcodes.js";
import type { PickleValue } from "./value.js";

/** Bytes that an opcode may read at once: the longest text and some numbers. */
export const pickleLookaheadBytes = maxTextLengthBytes + 16;

/** Bytes in memory while a pickle is read, whatever its size. */
export const pickleWindowBytes = 1 << 18;

/**
 * Runs the pickle at the stream's position up to its STOP and gives what it made.
 *
 * A pickle is a program for a stack machine. Python's own can import any module and call anything in
 * it; here GLOBAL only looks a name up in the world's closed list, and REDUCE, NEWOBJ and BUILD on
 * any other name give inert values, so that a checkpoint's weights can be read beside its
 * `argparse.Namespace`. Throws `CheckpointFormatError` for everything else out of order.
 */
export async function runPickle(
  stream: ByteStream,
  world: PickleWorld,
  limits: PickleLimits = checkpointLimits,
): Promise<PickleValue> {
  const machine = new PickleMachine(stream, world, limits);
  if (stream.needsFill) await stream.fill();
  if (stream.peek() !== opcode.proto) {
    const found = stream.position < stream.end ? "other bytes" : `the end of ${stream.what}`;
    throw stream.problem(stream.position, found, "a pickle of protocol 2 to 5");
  }
  do {
    if (stream.needsFill) await stream.fill();
  } while (executeNext(machine));
  return machine.stack.result();
}
