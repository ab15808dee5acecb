import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { CollmError } from "@collm/errors";
import { headerRoom, imageBytes, layOut, type PackedLayout } from "./packed-layout.js";
import { type PackedProvenance, provenanceMetadata } from "./provenance.js";

/** Room kept for the problems that are only known at the end; more of them cost one copy of the file. */
const spareHeaderBytes = 4096;

const copyChunkBytes = 4 << 20;

/** An image ready to be stored. */
export interface PreparedImage {
  readonly label: number;
  /** SHA-256 of the file it was decoded from, 32 bytes. */
  readonly sha256: Uint8Array;
  /** `[r, r, 3]` for each size, in the set's order. */
  readonly pixels: readonly Uint8Array[];
}

/** What is known before the images are read. */
export interface PackedPlan {
  readonly path: string;
  /** Images wanted; fewer may come. */
  readonly count: number;
  /** Ascending. */
  readonly resolutions: readonly number[];
  readonly provenance: PackedProvenance;
}

/**
 * Writes a packed set image by image, never holding more than one of them. How many images there
 * are decides where each tensor lies, and that is only certain at the end, because an image is found
 * corrupt when it is decoded. So tensors are laid out for all that are wanted; if some are missing
 * then, the good ones are copied once into a shorter file. The set appears under its name when it
 * is complete.
 */
export class PackedWriter {
  readonly #plan: PackedPlan;
  readonly #layout: PackedLayout;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #labels: Int32Array;
  readonly #sources: Uint8Array;
  #count = 0;

  private constructor(plan: PackedPlan, layout: PackedLayout, temporary: string, file: FileHandle) {
    this.#plan = plan;
    this.#layout = layout;
    this.#temporary = temporary;
    this.#handle = file;
    this.#labels = new Int32Array(plan.count);
    this.#sources = new Uint8Array(plan.count * 32);
  }

  /** Throws `invalid-argument` when the file cannot be created, `resource-exhausted` without room. */
  static async create(plan: PackedPlan): Promise<PackedWriter> {
    const metadata = provenanceMetadata(plan.provenance);
    const room = headerRoom(plan.resolutions, metadata, spareHeaderBytes);
    const layout = layOut(plan.count, plan.resolutions, metadata, room);
    if (!layout) throw new RangeError(`header of ${plan.path} does not fit its own room`);
    const temporary = temporaryName(plan.path);
    const handle = await create(plan.path, temporary);
    try {
      await requireRoom(plan.path, layout.sizeBytes);
      return new PackedWriter(plan, layout, temporary, handle);
    } catch (error) {
      await discard(handle, temporary);
      throw error;
    }
  }

  /** Stores the next image. */
  async add({ label, sha256, pixels }: PreparedImage): Promise<void> {
    const index = this.#count++;
    this.#labels[index] = label;
    this.#sources.set(sha256, index * 32);
    for (const [i, resolution] of this.#plan.resolutions.entries()) {
      const bytes = pixels[i];
      if (!bytes) throw new RangeError(`image ${index}: got no pixels at size ${resolution}`);
      const offset = offsetOf(this.#layout, `images.${resolution}`);
      await writeAll(this.#handle, bytes, offset + index * bytes.length);
    }
  }

  /** Completes the file and gives its size in bytes. Nothing can be added afterwards. */
  async finish(provenance: PackedProvenance): Promise<number> {
    const metadata = provenanceMetadata(provenance);
    const room = this.#layout.headerBytes.length - 8;
    const isWhole = this.#count === this.#plan.count;
    const layout = isWhole
      ? layOut(this.#count, this.#plan.resolutions, metadata, room)
      : undefined;
    if (layout) {
      await this.#complete(this.#handle, this.#temporary, layout);
      return layout.sizeBytes;
    }
    return await this.#copyShorter(metadata);
  }

  /** Removes what was written; safe after `finish`. */
  async abandon(): Promise<void> {
    await discard(this.#handle, this.#temporary);
  }

  async #copyShorter(metadata: Readonly<Record<string, string>>): Promise<number> {
    const { resolutions, path } = this.#plan;
    const room = headerRoom(resolutions, metadata, 0);
    const layout = layOut(this.#count, resolutions, metadata, room);
    if (!layout) throw new RangeError(`header of ${path} does not fit its own room`);
    const temporary = temporaryName(path);
    const handle = await create(path, temporary);
    try {
      await requireRoom(path, layout.sizeBytes);
      const chunk = new Uint8Array(copyChunkBytes);
      for (const [name, bytes] of imageBytes(resolutions)) {
        if (name === "labels" || name === "sources") continue;
        const from = offsetOf(this.#layout, name);
        const to = offsetOf(layout, name);
        for (let done = 0; done < this.#count * bytes; ) {
          const wanted = Math.min(chunk.length, this.#count * bytes - done);
          const { bytesRead } = await this.#handle.read(chunk, 0, wanted, from + done);
          await writeAll(handle, chunk.subarray(0, bytesRead), to + done);
          done += bytesRead;
        }
      }
      await this.#complete(handle, temporary, layout);
    } finally {
      await discard(handle, temporary);
    }
    await this.abandon();
    return layout.sizeBytes;
  }

  async #complete(handle: FileHandle, temporary: string, layout: PackedLayout): Promise<void> {
    await writeAll(handle, layout.headerBytes, 0);
    const labels = new Uint8Array(this.#labels.buffer, 0, this.#count * 4);
    await writeAll(handle, labels, offsetOf(layout, "labels"));
    const sources = this.#sources.subarray(0, this.#count * 32);
    await writeAll(handle, sources, offsetOf(layout, "sources"));
    // A crash of the machine must not leave a complete name with incomplete bytes.
    await handle.datasync();
    await handle.close();
    await rename(temporary, this.#plan.path);
  }
}

/** Names like this are unfinished sets; `.tmp` keeps them out of git and marks them for removal. */
function temporaryName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
}

async function create(path: string, temporary: string): Promise<FileHandle> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CollmError(
      "invalid-argument",
      `output: got ${path}, ${why}, allowed is a file in a folder that exists and may be written`,
      { cause },
    );
  };
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory()) return refuse("which is a folder");
  try {
    return await open(temporary, "wx+");
  } catch (cause) {
    return refuse(`which cannot be written (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

async function requireRoom(path: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  if (free >= sizeBytes) return;
  const inGb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new CollmError(
    "resource-exhausted",
    `output: ${path} takes ${inGb(sizeBytes)}, and its disk has ${inGb(free)} left`,
  );
}

async function discard(handle: FileHandle, temporary: string): Promise<void> {
  await handle.close().catch(() => undefined);
  await rm(temporary, { force: true });
}

function offsetOf(layout: PackedLayout, name: string): number {
  const offset = layout.offsets.get(name);
  if (offset === undefined) throw new RangeError(`the set has no tensor ${name}`);
  return offset;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
