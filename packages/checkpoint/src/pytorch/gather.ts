import { type DType, elementCount, elementSizeBytes } from "../tensor.js";

/**
 * Copies a strided view to row-major order.
 *
 * `span` starts at the view's first element and ends at its last; strides are in elements.
 */
export function gather(
  span: ArrayBuffer,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[],
): ArrayBuffer {
  const bits = bitArray(elementSizeBytes(dtype));
  const from = new bits(span);
  const to = new bits(elementCount(shape));
  const rowLength = shape.at(-1) ?? 1;
  const rowStride = strides.at(-1) ?? 1;
  /** Of the row in hand, in all dimensions but the last. */
  const index = shape.slice(0, -1).map(() => 0);
  let rowStart = 0;
  for (let row = 0; row < to.length; row += rowLength) {
    for (let i = 0, at = rowStart; i < rowLength; i += 1, at += rowStride) {
      // Both arrays are of the same kind, which the type system cannot see.
      to[row + i] = from[at] as never;
    }
    for (let d = index.length - 1; d >= 0; d -= 1) {
      const size = shape[d] as number;
      const stride = strides[d] as number;
      index[d] = (index[d] as number) + 1;
      rowStart += stride;
      if ((index[d] as number) < size) break;
      index[d] = 0;
      rowStart -= size * stride;
    }
  }
  return to.buffer;
}

/** Unsigned integers of the elements' size: bits are copied, whatever they mean. */
function bitArray(elementSize: number) {
  switch (elementSize) {
    case 1:
      return Uint8Array;
    case 2:
      return Uint16Array;
    case 4:
      return Uint32Array;
    default:
      return BigUint64Array;
  }
}
