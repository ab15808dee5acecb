import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { RandomAccessFile } from "./random-access-file.js";
import {
  type LocatedTensor,
  lengthFieldBytes,
  maxHeaderBytes,
  parseSafetensorsHeader,
  type SafetensorsHeader,
} from "./safetensors-header.js";
import { tensorOfBytes } from "./tensor.js";
import type { TensorSource } from "./tensor-source.js";

/** A safetensors file: besides tensors it has free texts, and a tensor can be read into given memory. */
export interface SafetensorsSource extends TensorSource {
  /** The file's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads a tensor's bytes into `target`, which may be shared memory and must have their length.
   * Throws RangeError for another length and for a name the file lacks.
   */
  readInto(name: string, target: Uint8Array): Promise<void>;
}

/**
 * Opens a safetensors file. Only the header is read; tensors are read when asked for.
 * Throws `CheckpointFormatError` when the file breaks the format anywhere.
 */
export async function openSafetensors(path: string): Promise<SafetensorsSource> {
  const file = await RandomAccessFile.open(path);
  try {
    return tensorSource(file, await readHeader(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: RandomAccessFile): Promise<SafetensorsHeader> {
  const lengthField = await file.read(0, lengthFieldBytes, "header length");
  const length = new DataView(lengthField).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw new CheckpointFormatError({
      file: file.path,
      byteOffset: 0,
      found: `a header of ${length} bytes`,
      expected: `at most ${maxHeaderBytes}`,
    });
  }
  const json = await file.read(lengthFieldBytes, Number(length), "header");
  return parseSafetensorsHeader(file.path, json, file.sizeBytes);
}

function tensorSource(file: RandomAccessFile, header: SafetensorsHeader): SafetensorsSource {
  const locate = (name: string): LocatedTensor => {
    const located = header.tensors.get(name);
    if (!located) throw new RangeError(`${file.path} holds no tensor ${name}`);
    return located;
  };
  return {
    origin: file.path,
    description: `safetensors file, ${header.tensors.size} tensors`,
    metadata: header.metadata,
    names: () => [...header.tensors.keys()],
    info: (name) => {
      const located = header.tensors.get(name);
      return located && { dtype: located.dtype, shape: located.shape };
    },
    read: async (name) => {
      const { dtype, shape, startByte, sizeBytes } = locate(name);
      return tensorOfBytes({ dtype, shape }, await file.read(startByte, sizeBytes, name));
    },
    readInto: async (name, target) => {
      const { startByte, sizeBytes } = locate(name);
      if (target.length !== sizeBytes) {
        throw new RangeError(`${name}: got room for ${target.length} bytes, it has ${sizeBytes}`);
      }
      await file.readInto(target, startByte, name);
    },
    digest: () => file.digest(),
    identity: () => file.identity(),
    close: () => file.close(),
  };
}
