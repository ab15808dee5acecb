import { createHash } from "node:crypto";
import { encodeSafetensors } from "./encode-safetensors.js";
import type { Tensor } from "./tensor.js";
import type { TensorSource } from "./tensor-source.js";

export { opcode } from "./pickle/opcodes.js";
export {
  bool,
  call,
  dict,
  float,
  global,
  instance,
  int,
  list,
  long,
  none,
  orderedDict,
  persistent,
  pickle,
  shortBytes,
  text,
  tuple,
  uint32,
  uint64,
} from "./testing/pickle-writer.js";
export {
  encodeTorchLegacy,
  encodeTorchZip,
  legacyPreamble,
  type SavedObject,
  savedTensors,
  tensorOpcodes,
  type WrittenStorage,
} from "./testing/pytorch-writer.js";
export { encodeZip, type WrittenEnd, type WrittenEntry } from "./testing/zip-writer.js";

/** A source over tensors in memory; its digest covers names, shapes and elements. */
export function memoryTensorSource(tensors: ReadonlyMap<string, Tensor>): TensorSource {
  return {
    origin: "memory",
    description: `memory, ${tensors.size} tensors`,
    names: () => [...tensors.keys()],
    info: (name) => tensors.get(name),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new RangeError(`memory holds no tensor ${name}`);
      return tensor;
    },
    digest: async () => createHash("sha256").update(encodeSafetensors(tensors)).digest("hex"),
    identity: async () => {
      const bytes = encodeSafetensors(tensors);
      const blob = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes);
      return {
        sizeBytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        gitBlobId: blob.digest("hex"),
      };
    },
    close: async () => {},
  };
}
