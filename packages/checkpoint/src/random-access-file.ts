import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { CheckpointFormatError } from "./checkpoint-format-error.js";

/** Bytes read at a time while a file or an entry is read through once. */
const chunkBytes = 1 << 20;

/** Most that one call to the system is asked for; Linux gives no more than 2 GiB at once. */
const maxReadBytes = 1 << 30;

/** What tells one file from another. */
export interface FileIdentity {
  readonly sizeBytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Name of the content in a git repository: SHA-1 of `blob <size>\0` and the bytes; 40 hex digits. */
  readonly gitBlobId: string;
}

/**
 * A file read by ranges. A range is checked against the file's size before memory is taken for it,
 * so that a hostile length field costs nothing.
 */
export class RandomAccessFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #digest: Promise<string> | undefined;
  #identity: Promise<FileIdentity> | undefined;

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
      const file = new RandomAccessFile(path, status.size, handle);
      if (!status.isFile()) {
        throw file.problem(0, "a folder or a device", "a regular file");
      }
      return file;
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
    this.#digest ??= this.#identity?.then(({ sha256 }) => sha256) ?? this.#computeDigest();
    return this.#digest;
  }

  /** Size and both digests, computed once in one pass; dearer than `digest` by the SHA-1. */
  identity(): Promise<FileIdentity> {
    this.#identity ??= this.#computeIdentity();
    return this.#identity;
  }

  /** CRC-32 of the bytes `[start, start + length)`, which are read through in chunks. */
  async crc32(start: number, length: number, what: string): Promise<number> {
    let crc = 0;
    for (let done = 0; done < length; done += chunkBytes) {
      const bytes = await this.read(start + done, Math.min(chunkBytes, length - done), what);
      crc = crc32(new Uint8Array(bytes), crc);
    }
    return crc;
  }

  /** The error for bytes that are not what they should be. */
  problem(
    byteOffset: number,
    found: string,
    expected: string,
    cause?: unknown,
  ): CheckpointFormatError {
    return new CheckpointFormatError({ file: this.path, byteOffset, found, expected, cause });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #computeDigest(): Promise<string> {
    const sha256 = createHash("sha256");
    await this.#readThrough((bytes) => sha256.update(bytes));
    return sha256.digest("hex");
  }

  async #computeIdentity(): Promise<FileIdentity> {
    const sha256 = createHash("sha256");
    const sha1 = createHash("sha1").update(`blob ${this.sizeBytes}\0`);
    await this.#readThrough((bytes) => {
      sha256.update(bytes);
      sha1.update(bytes);
    });
    return {
      sizeBytes: this.sizeBytes,
      sha256: sha256.digest("hex"),
      gitBlobId: sha1.digest("hex"),
    };
  }

  /** Shows the whole file to `take`, piece by piece; a piece is only valid during the call. */
  async #readThrough(take: (bytes: Uint8Array) => void): Promise<void> {
    const chunk = new Uint8Array(chunkBytes);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return;
      take(chunk.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  #tooShort(end: number, start: number, length: number, what: string): CheckpointFormatError {
    const expected = `${length} bytes of ${what} from byte ${start}`;
    return this.problem(end, "the end of the file", expected);
  }
}
