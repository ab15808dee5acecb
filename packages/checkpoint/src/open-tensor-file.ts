import { openPyTorch } from "./pytorch/pytorch-source.js";
import { RandomAccessFile } from "./random-access-file.js";
import { openSafetensors } from "./safetensors.js";
import type { TensorSource } from "./tensor-source.js";

type Container = "safetensors" | "zip" | "legacy";

/** First bytes of a zip archive: `PK\x03\x04`. PyTorch writes these since 1.6. */
const zipMagic = [0x50, 0x4b, 0x03, 0x04];

/** First byte of a pickle of protocol 2 or later, which PyTorch's files until 1.5 start with. */
const pickleMagic = [0x80];

/**
 * Opens a file of tensors, whatever container it is in; the content decides, not the name.
 * Throws `CheckpointFormatError` for an unknown container or a broken file.
 */
export async function openTensorFile(path: string): Promise<TensorSource> {
  const container = await sniffContainer(path);
  return container === "safetensors"
    ? await openSafetensors(path)
    : await openPyTorch(path, container);
}

async function sniffContainer(path: string): Promise<Container> {
  const file = await RandomAccessFile.open(path);
  try {
    if (file.sizeBytes === 0) throw file.problem(0, "an empty file", "weights");
    const head = new Uint8Array(await file.read(0, Math.min(9, file.sizeBytes), "file header"));
    const startsWith = (magic: readonly number[]): boolean => magic.every((b, i) => head[i] === b);
    if (startsWith(zipMagic)) return "zip";
    // Eight bytes of length, then the JSON header. The length may start like a pickle.
    if (head[8] === "{".charCodeAt(0)) return "safetensors";
    if (startsWith(pickleMagic)) return "legacy";
    throw file.problem(
      0,
      "an unknown container",
      "a safetensors file or one written by torch.save",
    );
  } finally {
    await file.close();
  }
}
