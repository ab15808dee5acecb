import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FolderImage } from "../folder/image-folder.js";
import { unreadableImage } from "./unreadable-image.js";

/** What changes when a file does; `ctime` cannot be set back. */
export interface FileStamp {
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Files looked at in parallel. */
const parallel = 16;

/** Digest over the stamps of files: cheap to recompute, and different when any of them changed. */
export class SourceStamps {
  readonly #hash: Hash = createHash("sha256");

  add(path: string, { sizeBytes, mtimeNs, ctimeNs }: FileStamp): void {
    this.#hash.update(`${path}\0${sizeBytes} ${mtimeNs} ${ctimeNs}\0`);
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}

/** The digest of these files' stamps as they are now. */
export async function stampImages(
  directory: string,
  images: readonly FolderImage[],
): Promise<string> {
  const stamps = new SourceStamps();
  for (let first = 0; first < images.length; first += parallel) {
    const some = images.slice(first, first + parallel);
    const found = await Promise.all(some.map(({ path }) => stampOf(join(directory, path))));
    for (const [i, stamp] of found.entries()) stamps.add(some[i]?.path ?? "", stamp);
  }
  return stamps.hex();
}

async function stampOf(path: string): Promise<FileStamp> {
  try {
    const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return { sizeBytes: size, mtimeNs, ctimeNs };
  } catch (cause) {
    throw unreadableImage(path, cause);
  }
}

/** SHA-256 of each file, 32 bytes, in order. */
export async function* hashImages(
  directory: string,
  images: readonly FolderImage[],
): AsyncGenerator<{ readonly path: string; readonly sha256: Uint8Array }, void, undefined> {
  for (const { path } of images) {
    const hash = createHash("sha256");
    try {
      await pipeline(createReadStream(join(directory, path)), hash);
    } catch (cause) {
      throw unreadableImage(join(directory, path), cause);
    }
    yield { path, sha256: hash.digest() };
  }
}
