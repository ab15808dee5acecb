import type { PickleValue } from "../pickle/value.js";
import type { RandomAccessFile } from "../random-access-file.js";
import type { StorageRef } from "./tensor-ref.js";

/** What both of PyTorch's containers give: the saved object, and where the storages' bytes lie. */
export interface TorchContainer {
  readonly format: "zip" | "legacy";
  /** The object that was saved. */
  readonly root: PickleValue;
  /** Checks, without reading, that the container holds a storage in full. Throws `CheckpointFormatError`. */
  check(storage: StorageRef): void;
  /** Where a storage's bytes lie; call `check` first. */
  locate(storage: StorageRef): Promise<StorageBytes>;
}

export interface StorageBytes {
  readonly start: number;
  /** CRC-32 of all bytes of the storage, where the container has one. */
  readonly crc32: number | undefined;
}

/**
 * Throws when bytes do not have the CRC-32 that the container says. None is said where the writer left
 * it out (`torch.serialization.set_crc32_options(False)`).
 */
export function requireChecksum(
  file: RandomAccessFile,
  bytes: { readonly what: string; readonly start: number },
  found: number,
  expected: number,
): void {
  if (found === expected) return;
  const hex = (crc: number): string => crc.toString(16).padStart(8, "0");
  throw file.problem(
    bytes.start,
    `${bytes.what} with CRC-32 ${hex(found)}`,
    `${hex(expected)}, as the archive's directory says (the file is damaged)`,
  );
}
