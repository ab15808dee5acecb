import { createHash } from "node:crypto";
import type { DType, Tensor } from "./tensor.js";
import type { TensorSource } from "./tensor-source.js";

/** A source over tensors in memory; its digest covers names, shapes and elements. */
export function memoryTensorSource(tensors: ReadonlyMap<string, Tensor>): TensorSource {
  return {
    origin: "memory",
    names: () => [...tensors.keys()],
    info: (name) => tensors.get(name),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new RangeError(`memory holds no tensor ${name}`);
      return tensor;
    },
    digest: async () => createHash("sha256").update(encodeSafetensors(tensors)).digest("hex"),
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
