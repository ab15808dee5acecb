import {
  bool,
  call,
  global,
  int,
  none,
  opcode,
  persistent,
  tensorOpcodes,
  text,
  tuple,
  uint64,
} from "@collm/checkpoint/testing";
import type { Rng } from "@collm/search-space";

/** What the storages of these tensors are: 6 floats under the key 0. */
export const storages = [{ key: "0", elements: 6, bytes: new Uint8Array(24) }];

/** A tensor that is as it should be. */
export function tensor(shape: readonly number[] = [2, 3]): Buffer {
  return tensorOpcodes({ key: "0", dtype: "float32", elements: 6, shape });
}

function view(shape: readonly number[], strides: readonly number[], offset = 0): Buffer {
  return tensorOpcodes({ key: "0", dtype: "float32", elements: 6, shape, strides, offset });
}

function storage(elements: Uint8Array, name = "FloatStorage"): Buffer {
  return persistent(
    tuple(text("storage"), global("torch", name), text("0"), text("cpu"), elements, none()),
  );
}

function rebuilt(...args: readonly Uint8Array[]): Buffer {
  return call("torch._utils", "_rebuild_tensor_v2", ...args);
}

const float = Buffer.concat([Buffer.of(opcode.binFloat), Buffer.from("3ff8000000000000", "hex")]);

/** Tensors whose numbers cannot be, by what is wrong with them; each must be refused. */
export const hostileTensors: Readonly<Record<string, (rng: Rng) => Uint8Array>> = {
  "a size beyond the storage": (rng) => view([2, 4 + rng.int(1e6)], [3, 1]),
  "a stride beyond the storage": (rng) => view([2, 3], [4 + rng.int(1e9), 1]),
  "an offset beyond the storage": (rng) => view([1], [1], 6 + rng.int(1e9)),
  "sizes whose product overflows": () =>
    view(Array(8).fill(2 ** 53 - 1), Array(8).fill(2 ** 53 - 1)),
  "an expanded giant": (rng) => view([2 ** 40 + rng.int(100)], [0]),
  "a negative size": (rng) => view([-1 - rng.int(100)], [1]),
  "a negative stride": (rng) => view([2], [-1 - rng.int(100)]),
  "more sizes than strides": () => view([2, 3], [1]),
  "a thousand dimensions": () => view(Array(1000).fill(1), Array(1000).fill(1)),
  "a fractional size": () =>
    rebuilt(storage(int(6)), int(0), tuple(float), tuple(int(1)), bool(false), none()),
  "sizes of another type": () =>
    rebuilt(storage(int(6)), int(0), text("23"), none(), bool(false), none()),
  "a number as storage": () => rebuilt(int(0), int(0), tuple(), tuple(), bool(false), none()),
  "no arguments": () => rebuilt(),
  "a storage of 2^62 elements": (rng) => {
    const huge = Buffer.concat([
      Buffer.of(opcode.long1, 8),
      uint64(2n ** 62n + BigInt(rng.int(100))),
    ]);
    return rebuilt(storage(huge), int(0), tuple(int(1)), tuple(int(1)), bool(false), none());
  },
  "a storage of -1 elements": () =>
    rebuilt(storage(int(-1)), int(0), tuple(), tuple(), bool(false), none()),
  "a storage that is not in the file": () => view([6], [1]),
};
