import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { RandomAccessFile } from "./random-access-file.js";
import { openSafetensors } from "./safetensors.js";
import type { TensorSource } from "./tensor-source.js";

type Container = "safetensors" | "pytorch-zip" | "pytorch-legacy";

/** First bytes of a zip archive: `PK\x03\x04`. PyTorch writes these since 1.6. */
const zipMagic = [0x50, 0x4b, 0x03, 0x04];

/** First bytes of a pickle of protocol 2 that starts with a long: PyTorch's files until 1.5. */
const pickledLongMagic = [0x80, 0x02, 0x8a];

/**
 * Opens a file of tensors, whatever container it is in; the content decides, not the name.
 * Throws `CheckpointFormatError` for a container that is unknown or not supported yet.
 */
export async function openTensorFile(path: string): Promise<TensorSource> {
  const container = await sniffContainer(path);
  switch (container) {
    case "safetensors":
      return await openSafetensors(path);
    case "pytorch-zip":
    case "pytorch-legacy":
      throw new CheckpointFormatError({
        file: path,
        byteOffset: 0,
        found: `a PyTorch file (${container === "pytorch-zip" ? "zip" : "legacy"} container), which is not supported yet`,
        expected: "a safetensors file",
      });
  }
}

async function sniffContainer(path: string): Promise<Container> {
  const file = await RandomAccessFile.open(path);
  try {
    const head = new Uint8Array(await file.read(0, Math.min(9, file.sizeBytes), "file header"));
    const startsWith = (magic: readonly number[]): boolean => magic.every((b, i) => head[i] === b);
    if (startsWith(zipMagic)) return "pytorch-zip";
    if (startsWith(pickledLongMagic)) return "pytorch-legacy";
    // Eight bytes of length, then the JSON header.
    if (head[8] === "{".charCodeAt(0)) return "safetensors";
    throw new CheckpointFormatError({
      file: path,
      byteOffset: 0,
      found: "an unknown container",
      expected: "a safetensors file or one written by torch.save",
    });
  } finally {
    await file.close();
  }
}
