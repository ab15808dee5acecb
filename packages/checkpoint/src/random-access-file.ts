import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { CheckpointFormatError } from "./checkpoint-format-error.js";

/** Bytes read at a time while hashing. */
const digestChunkBytes = 1 << 20;

/** Most that one call to the system is asked for; Linux gives no more than 2 GiB at once. */
const maxReadBytes = 1 << 30;

/**
 * A file read by ranges. A range is checked against the file's size before memory is taken for it,
 * so that a hostile length field costs nothing.
 */
export class RandomAccessFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #digest: Promise<string> | undefined;

  private constructor(path: string, sizeBytes: number, handle: FileHandle) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
  }

  /** Opens a regular file; errors of the file system (no such file, ...) pass through. */
  static async open(path: string): Promise<RandomAccessFile> {
    const handle = await open(path, "r");
    try {
      const status = await handle.stat();
      if (!status.isFile()) {
        throw new CheckpointFormatError({
          file: path,
          byteOffset: 0,
          found: "a folder or a device",
          expected: "a regular file",
        });
      }
      return new RandomAccessFile(path, status.size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Exactly the bytes `[start, start + length)`, in a buffer of their own. `what` is for messages. */
  async read(start: number, length: number, what: string): Promise<ArrayBuffer> {
    if (start + length > this.sizeBytes) throw this.#tooShort(this.sizeBytes, start, length, what);
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, start, what);
    return bytes.buffer;
  }

  /** Fills `target`, which may be shared memory, with the bytes from `start`. */
  async readInto(target: Uint8Array, start: number, what: string): Promise<void> {
    const { length } = target;
    if (start + length > this.sizeBytes) throw this.#tooShort(this.sizeBytes, start, length, what);
    let filled = 0;
    while (filled < length) {
      const wanted = Math.min(length - filled, maxReadBytes);
      const { bytesRead } = await this.#handle.read(target, filled, wanted, start + filled);
      // The file may have been cut while it was open.
      if (bytesRead === 0) throw this.#tooShort(start + filled, start, length, what);
      filled += bytesRead;
    }
  }

  /** SHA-256 of the file as hex, computed once without holding the file in memory. */
  digest(): Promise<string> {
    this.#digest ??= this.#computeDigest();
    return this.#digest;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #computeDigest(): Promise<string> {
    const hash = createHash("sha256");
    const chunk = new Uint8Array(digestChunkBytes);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  #tooShort(end: number, start: number, length: number, what: string): CheckpointFormatError {
    return new CheckpointFormatError({
      file: this.path,
      byteOffset: end,
      found: "the end of the file",
      expected: `${length} bytes of ${what} from byte ${start}`,
    });
  }
}
