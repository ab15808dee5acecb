export {
  type Convolution,
  GraphBuilder,
  type Value,
} from "./graph-builder.js";
export {
  decodeModel,
  encodeModel,
  type ModelDescription,
  metadataOf,
  opsetVersion,
} from "./model.js";
export { OnnxBuildError } from "./onnx-build-error.js";
export { type ConstantElements, float32Elements } from "./tensor.js";
export { type Dimension, dimensionsOf } from "./value-info.js";
