export { CheckpointFormatError } from "./checkpoint-format-error.js";
export { encodeSafetensors } from "./encode-safetensors.js";
export {
  type CheckpointOrigin,
  checkpointOrigin,
  type KnownCheckpoint,
} from "./known-checkpoint.js";
export { type NpyArray, readNpy, writeNpy } from "./npy.js";
export { openTensorFile } from "./open-tensor-file.js";
export type { ByteSource } from "./pickle/byte-stream.js";
export type { PickleLimits } from "./pickle/limits.js";
export type { PickleWorld } from "./pickle/machine.js";
export { readPickle } from "./pickle/read-pickle.js";
export {
  describeValue,
  Opaque,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from "./pickle/value.js";
export { readSavedObject } from "./pytorch/saved-object.js";
export type { FileIdentity } from "./random-access-file.js";
export { openSafetensors, type SafetensorsSource } from "./safetensors.js";
export { type DType, float32, type Tensor, type TensorInfo } from "./tensor.js";
export type { TensorSource } from "./tensor-source.js";
