import { crc32 } from "node:zlib";
import { RandomAccessFile } from "../random-access-file.js";
import { elementSizeBytes, type Tensor, tensorOfBytes } from "../tensor.js";
import type { TensorSource } from "../tensor-source.js";
import { requireChecksum, type TorchContainer } from "./container.js";
import { gather } from "./gather.js";
import { openLegacyContainer } from "./legacy-container.js";
import { findStateDict, type StateDict } from "./state-dict.js";
import type { TensorRef } from "./tensor-ref.js";
import { openZipContainer } from "./zip-container.js";

/**
 * Bytes of all tensors together, as a multiple of the file's size. Stops files that show the same
 * storage under thousands of names; real ones share a few (tied weights) and stay near 1.
 */
const maxRepetition = 16;

/**
 * Opens the state dict of a file written by `torch.save`. Only pickles are read; no code of the file runs.
 * Throws `CheckpointFormatError` when the file breaks its format or holds no state dict.
 */
export async function openPyTorch(
  path: string,
  format: TorchContainer["format"],
): Promise<TensorSource> {
  const file = await RandomAccessFile.open(path);
  try {
    const open = format === "zip" ? openZipContainer : openLegacyContainer;
    const container = await open(file);
    const stateDict = findStateDict(file, container.root);
    checkTensors(file, container, stateDict);
    return tensorSource(file, container, stateDict);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Refuses files that lack bytes when they are opened, not in the middle of a search. */
function checkTensors(
  file: RandomAccessFile,
  container: TorchContainer,
  { tensors }: StateDict,
): void {
  let sizeBytes = 0;
  for (const tensor of tensors.values()) {
    container.check(tensor.storage);
    sizeBytes += tensor.sizeBytes;
    if (sizeBytes > maxRepetition * file.sizeBytes) {
      const found = `tensors of more than ${maxRepetition} times the size of the file`;
      throw file.problem(tensor.byteOffset, found, "tensors that mostly have bytes of their own");
    }
  }
}

function tensorSource(
  file: RandomAccessFile,
  container: TorchContainer,
  { tensors, inert, place }: StateDict,
): TensorSource {
  /** Undefined for a name the file lacks; an error for one that it has in a kind that is not read. */
  const find = (name: string): TensorRef | undefined => {
    const unread = inert.get(name);
    if (unread === undefined) return tensors.get(name);
    throw file.problem(unread.byteOffset, `${name} as ${unread.what}`, "a plain tensor");
  };
  return {
    origin: file.path,
    description: `PyTorch file (${container.format}), ${tensors.size} tensors ${place}`,
    names: () => [...tensors.keys()],
    info: (name) => {
      const tensor = find(name);
      return tensor && { dtype: tensor.dtype, shape: tensor.shape };
    },
    read: async (name) => {
      const tensor = find(name);
      if (!tensor) throw new RangeError(`${file.path} holds no tensor ${name}`);
      return await readTensor(file, container, name, tensor);
    },
    digest: () => file.digest(),
    identity: () => file.identity(),
    close: () => file.close(),
  };
}

/** Reads the bytes from a tensor's first to its last element, and puts them in order. */
async function readTensor(
  file: RandomAccessFile,
  container: TorchContainer,
  name: string,
  { storage, offset, dtype, shape, strides, spanElements, isContiguous }: TensorRef,
): Promise<Tensor> {
  const elementSize = elementSizeBytes(dtype);
  const stored = await container.locate(storage);
  const start = stored.start + offset * elementSize;
  const span = await file.read(start, spanElements * elementSize, name);
  // A checksum covers the whole storage, which most tensors fill.
  if (stored.crc32 !== undefined && spanElements === storage.elements) {
    requireChecksum(file, { what: name, start }, crc32(new Uint8Array(span)), stored.crc32);
  }
  if (spanElements === 0 || isContiguous) return tensorOfBytes({ dtype, shape }, span);
  return tensorOfBytes({ dtype, shape }, gather(span, dtype, shape, strides));
}
