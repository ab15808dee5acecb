/** How the elements of each type lie in memory. Halves and bfloat16 have no JavaScript type: raw bits. */
const elementArrays = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Element types that the readers know, in PyTorch's names. */
export type DType = keyof typeof elementArrays;

export interface TensorInfo {
  readonly dtype: DType;
  /** Row-major; empty for a scalar. */
  readonly shape: readonly number[];
}

/** A tensor in memory; which kind of array `data` is follows from `dtype`. */
export type Tensor = {
  [D in DType]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly data: InstanceType<(typeof elementArrays)[D]>;
  };
}[DType];

/** More dimensions than any layer has; the cap keeps products of sizes cheap to check. */
export const maxDimensions = 8;

/** Bytes of one element. */
export function elementSizeBytes(dtype: DType): number {
  return elementArrays[dtype].BYTES_PER_ELEMENT;
}

/** Elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Views little-endian bytes as a tensor. `bytes` must own its buffer from offset 0 (typed arrays
 * need alignment) and have exactly the shape's length.
 */
export function tensorOfBytes(info: TensorInfo, bytes: ArrayBuffer): Tensor {
  const data = new elementArrays[info.dtype](bytes);
  // `dtype` and `data` belong together by the line above, which the type system cannot see.
  return { ...info, data } as Tensor;
}

/**
 * The elements as float32: halves and bfloat16 exactly, doubles and integers rounded to nearest.
 * A float32 tensor's own array is returned, not a copy.
 */
export function float32(tensor: Tensor): Float32Array {
  switch (tensor.dtype) {
    case "float32":
      return tensor.data;
    case "float16":
      return Float32Array.from(tensor.data, float16Value);
    case "bfloat16":
      return new Float32Array(Uint32Array.from(tensor.data, (bits) => bits << 16).buffer);
    case "int64":
      return Float32Array.from(tensor.data, Number);
    default:
      return Float32Array.from(tensor.data);
  }
}

/** The value of an IEEE half: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
