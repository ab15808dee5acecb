import { encodeSafetensors, type Tensor } from "@collm/checkpoint";
import {
  encodeTorchLegacy,
  encodeTorchZip,
  type SavedObject,
  savedTensors,
} from "@collm/checkpoint/testing";
import type { Rng } from "@collm/search-space";
import type { Format } from "./corrupted-file.js";

/** A file before it is corrupted. */
export interface ValidFile {
  readonly format: Format;
  readonly bytes: Buffer;
  /** Where the elements of tensors lie: `[start, end)`. */
  readonly elements: readonly (readonly [start: number, end: number])[];
}

/** A small checkpoint with random elements; its directory takes about as many bytes as they do. */
export function validFile(format: Format, rng: Rng): ValidFile {
  const tensors = new Map(
    Array.from({ length: 2 + rng.int(8) }, (_, layer) => [
      `module.features.${layer}.conv.weight`,
      randomTensor(rng),
    ]),
  );
  const bytes = encode(format, tensors);
  const elements = [...tensors.values()].map(({ data }): readonly [number, number] => {
    const start = bytes.indexOf(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return [start, start + data.byteLength];
  });
  return { format, bytes, elements };
}

/** A file of PyTorch with this object. */
export function encodeSaved(format: Exclude<Format, "safetensors">, saved: SavedObject): Buffer {
  return format === "zip" ? encodeTorchZip(saved) : encodeTorchLegacy(saved);
}

function encode(format: Format, tensors: ReadonlyMap<string, Tensor>): Buffer {
  if (format === "safetensors") return encodeSafetensors(tensors);
  return encodeSaved(format, savedTensors(tensors));
}

function randomTensor(rng: Rng): Tensor {
  const shape = [1 + rng.int(8), 1 + rng.int(8), 3];
  const count = shape.reduce((product, size) => product * size, 1);
  const dtype = rng.pick(["float32", "int64", "float16"] as const);
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: Float32Array.from({ length: count }, () => rng.next() - 0.5) };
    case "float16":
      return { dtype, shape, data: Uint16Array.from({ length: count }, () => rng.int(0x7c00)) };
    case "int64":
      return {
        dtype,
        shape,
        data: BigInt64Array.from({ length: count }, () => BigInt(rng.int(2 ** 32))),
      };
  }
}
