import type { FileIdentity } from "./random-access-file.js";
import type { Tensor, TensorInfo } from "./tensor.js";

/**
 * A file of named tensors, read lazily: opening reads the directory only, and every `read` fetches
 * one tensor's bytes. All readers of weight files (safetensors, PyTorch's containers) give this
 * interface.
 */
export interface TensorSource {
  /** Where the tensors come from, for messages; a path for a file. */
  readonly origin: string;
  /** What the file is and where in it the tensors were, for people: `safetensors file, 475 tensors`. */
  readonly description: string;
  /** Names in the order of the file. */
  names(): readonly string[];
  /**
   * Element type and shape, without reading elements; undefined for a name the file lacks. Throws
   * `CheckpointFormatError` for a name that it has in a kind that is not read (sparse, quantized, ...).
   */
  info(name: string): TensorInfo | undefined;
  /** Reads one tensor. Throws RangeError for a name the file lacks, `CheckpointFormatError` as `info`. */
  read(name: string): Promise<Tensor>;
  /** SHA-256 of the whole content, as 64 hex digits; computed by streaming, once. */
  digest(): Promise<string>;
  /** Size and digests of the whole content, to compare it with published files; computed by streaming, once. */
  identity(): Promise<FileIdentity>;
  /** Frees the file; `read`, `digest` and `identity` must not be called afterwards. */
  close(): Promise<void>;
}
