import type { Tensor, TensorInfo } from "./tensor.js";

/**
 * A file of named tensors, read lazily: opening reads the directory only, and every `read` fetches
 * one tensor's bytes. All readers of weight files (safetensors, and PyTorch's containers later) give
 * this interface.
 */
export interface TensorSource {
  /** Where the tensors come from, for messages; a path for a file. */
  readonly origin: string;
  /** Names in the order of the file. */
  names(): readonly string[];
  /** Element type and shape, without reading elements; undefined for a name the file lacks. */
  info(name: string): TensorInfo | undefined;
  /** Reads one tensor. Throws RangeError for a name the file lacks. */
  read(name: string): Promise<Tensor>;
  /** SHA-256 of the whole content, as 64 hex digits; computed by streaming, once. */
  digest(): Promise<string>;
  /** Frees the file; `read` and `digest` must not be called afterwards. */
  close(): Promise<void>;
}
