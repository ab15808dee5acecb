import { type TensorProto, TensorProto_DataType } from "#gen/onnx.js";
import { OnnxBuildError } from "./onnx-build-error.js";

/** Elements a constant may have: float32, or int64 for shapes and axes. */
export type ConstantElements = Float32Array | BigInt64Array;

/**
 * A constant as ONNX stores it. The bytes are the array's own memory, not a copy, so the array must
 * not change before the model is encoded. ONNX is little-endian, like every machine Node runs on
 * that this project supports.
 */
export function tensorProto(
  name: string,
  shape: readonly number[],
  elements: ConstantElements,
): TensorProto {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (elements.length !== expected) {
    throw new OnnxBuildError(
      `constant ${name}: got ${elements.length} elements, shape [${shape.join(", ")}] takes ${expected}`,
    );
  }
  return {
    name,
    dims: shape.map(BigInt),
    dataType:
      elements instanceof Float32Array ? TensorProto_DataType.FLOAT : TensorProto_DataType.INT64,
    rawData: Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength),
  };
}

/** The elements of a float32 constant, copied, so that they are aligned and outlive the model. */
export function float32Elements(tensor: TensorProto): Float32Array {
  if (tensor.dataType !== TensorProto_DataType.FLOAT || tensor.rawData.length % 4 !== 0) {
    throw new OnnxBuildError(
      `constant ${tensor.name}: got data type ${tensor.dataType} with ${tensor.rawData.length} raw bytes, ` +
        "expected float32 (1) with 4 bytes an element",
    );
  }
  return new Float32Array(Uint8Array.from(tensor.rawData).buffer);
}
