import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { CollmError } from "@collm/errors";
import type { FolderImage } from "../folder/image-folder.js";
import type { ImageGroup } from "../folder/selection.js";
import type { DecodedImage, ImageDecoder } from "./decode-image.js";
import type { FileStamp } from "./source-stamps.js";
import { unreadableImage } from "./unreadable-image.js";

/** Images that are read and decoded ahead of the one that is resized. */
const readAhead = 4;

/** An image file that was read. */
export interface ReadImage {
  readonly source: FolderImage;
  /** SHA-256 of the file, 32 bytes. */
  readonly sha256: Uint8Array;
  readonly stamp: FileStamp;
  readonly decoded: DecodedImage | { readonly kind: "excluded" };
}

export interface ReadOptions {
  readonly directory: string;
  readonly decoder: ImageDecoder;
  /** SHA-256 (hex) of files that are passed over. */
  readonly exclude: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a group's candidates in order until as many good ones as wanted have come. None is read that
 * is not needed: the next candidate is only begun while those under way could not suffice.
 */
export async function* readCandidates(
  { take, candidates }: ImageGroup,
  options: ReadOptions,
): AsyncGenerator<ReadImage, void, undefined> {
  const underWay: Promise<ReadImage>[] = [];
  let next = 0;
  let good = 0;
  for (;;) {
    while (underWay.length < Math.min(readAhead, take - good) && next < candidates.length) {
      const read = readImage(candidates[next++] as FolderImage, options);
      // Awaited later, or not at all when an earlier one fails.
      read.catch(() => undefined);
      underWay.push(read);
    }
    const read = await underWay.shift();
    if (!read) return;
    if (options.signal?.aborted) throw new CollmError("cancelled", "packing was stopped");
    if (read.decoded.kind === "image") good++;
    yield read;
  }
}

async function readImage(source: FolderImage, options: ReadOptions): Promise<ReadImage> {
  const path = join(options.directory, source.path);
  const { bytes, stamp } = await readFile(path);
  const hash = createHash("sha256").update(bytes).digest();
  const decoded = options.exclude.has(hash.toString("hex"))
    ? ({ kind: "excluded" } as const)
    : await options.decoder.decode(bytes);
  return { source, sha256: hash, stamp, decoded };
}

/** Content and stamp of one and the same file. */
async function readFile(path: string): Promise<{ bytes: Uint8Array; stamp: FileStamp }> {
  try {
    const handle = await open(path, "r");
    try {
      const { size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
      return { bytes: await handle.readFile(), stamp: { sizeBytes: size, mtimeNs, ctimeNs } };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadableImage(path, cause);
  }
}
