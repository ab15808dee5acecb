import { type DType, elementCount, type Tensor } from "./tensor.js";

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

const alignmentBytes = 8;

/**
 * The bytes of a safetensors file with these tensors, in this order, and free texts beside them. The
 * header is padded with spaces, so that elements begin at a multiple of 8.
 *
 * @throws RangeError when a tensor's shape does not agree with its number of elements.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const entries: Record<string, unknown> =
    Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    if (elementCount(shape) !== data.length) {
      throw new RangeError(`${name}: shape [${shape.join(", ")}] but ${data.length} elements`);
    }
    const end = offset + data.byteLength;
    entries[name] = { dtype: dtypeNames[dtype], shape, data_offsets: [offset, end] };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const padding = (alignmentBytes - (json.length % alignmentBytes)) % alignmentBytes;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));
  return Buffer.concat([length, json, Buffer.alloc(padding, " "), ...parts]);
}
