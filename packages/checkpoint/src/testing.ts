import { createHash } from "node:crypto";
import type { DType, Tensor } from "./tensor.js";
import type { TensorSource } from "./tensor-source.js";

export { opcode } from "./pickle/opcodes.js";
export {
  bool,
  call,
  dict,
  global,
  instance,
  int,
  list,
  long,
  none,
  orderedDict,
  persistent,
  pickle,
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

const dtypeNames = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<DType, string>;

/** The bytes of a safetensors file with these tensors, in this order. */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>): Buffer {
  const entries: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const end = offset + data.byteLength;
    entries[name] = { dtype: dtypeNames[dtype], shape, data_offsets: [offset, end] };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset = end;
  }
  const header = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...parts]);
}
