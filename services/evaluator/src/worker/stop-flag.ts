import { CollmError } from "@collm/errors";
import type { StopSignal } from "@collm/evaluation";

/**
 * Tells a worker to stop. A message would only be heard when the worker's event loop turns; a flag
 * in shared memory is read between any two batches.
 */
export interface StopFlag {
  /** Goes to the worker with its job. */
  readonly memory: SharedArrayBuffer;
  raise(): void;
}

export function createStopFlag(): StopFlag {
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const cell = new Int32Array(memory);
  return { memory, raise: () => void Atomics.store(cell, 0, 1) };
}

/** The worker's side of a flag. */
export function stopSignalOf(memory: SharedArrayBuffer): StopSignal {
  const cell = new Int32Array(memory);
  return {
    throwIfAborted: () => {
      if (Atomics.load(cell, 0) !== 0) throw new CollmError("cancelled", "the job was stopped");
    },
  };
}
