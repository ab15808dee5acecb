import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { type ByteSource, CheckpointFormatError } from "@collm/checkpoint";
import type { PullBytes } from "./bit-input.js";
import { Bzip2Decoder } from "./decoder.js";

/** Packed bytes that are read at a time. */
const pieceBytes = 1 << 18;

/** Bytes that are unpacked and dropped at a time where a reader steps over something. */
const skipBytes = 1 << 16;

/** What a bzip2 file unpacks to, in order and never as a whole. Close it after use. */
export class Bzip2Source implements ByteSource {
  readonly #name: string;
  readonly #decoder: Bzip2Decoder;
  readonly #maxBytes: number;
  readonly #close: () => void;
  /** Unpacked bytes before `#tail`. */
  #start = 0;
  /** The last bytes that were given, which may be asked for again. */
  #tail = new Uint8Array();

  /** `name` is for messages; unpacking to more than `maxBytes` is an error. Errors of the file system pass through. */
  constructor(path: string, name: string, maxBytes: number) {
    this.#name = name;
    this.#maxBytes = maxBytes;
    const descriptor = openSync(path, "r");
    this.#close = () => closeSync(descriptor);
    this.#decoder = new Bzip2Decoder(pieces(descriptor), (byteOffset, found, expected) =>
      this.#error(name, byteOffset, found, expected),
    );
  }

  async read(start: number, length: number): Promise<ArrayBuffer> {
    // Signals and timers get their turn, since unpacking itself never waits.
    await setImmediate();
    const kept = this.#tail.subarray(Math.min(start - this.#start, this.#tail.length));
    this.#skipTo(start);
    const bytes = new Uint8Array(length);
    const again = kept.subarray(0, length);
    bytes.set(again);
    const filled = again.length + this.#decoder.read(bytes.subarray(again.length));
    if (start + filled > this.#maxBytes) {
      throw this.problem(this.#maxBytes, "more bytes", `at most ${this.#maxBytes} unpacked`);
    }
    this.#start = start;
    this.#tail = bytes.subarray(0, filled);
    return filled === length ? bytes.buffer : bytes.slice(0, filled).buffer;
  }

  problem(byteOffset: number, found: string, expected: string): CheckpointFormatError {
    return this.#error(`${this.#name} (unpacked)`, byteOffset, found, expected);
  }

  close(): void {
    this.#close();
  }

  #skipTo(start: number): void {
    let position = this.#start + this.#tail.length;
    const dropped = new Uint8Array(Math.min(skipBytes, Math.max(0, start - position)));
    while (position < start) {
      if (position > this.#maxBytes) return;
      const read = this.#decoder.read(dropped.subarray(0, start - position));
      if (read === 0) return;
      position += read;
    }
  }

  #error(file: string, byteOffset: number, found: string, expected: string) {
    return new CheckpointFormatError({ file, byteOffset, found, expected });
  }
}

function pieces(descriptor: number): PullBytes {
  return () => {
    const piece = new Uint8Array(pieceBytes);
    const length = readSync(descriptor, piece);
    return length === 0 ? undefined : piece.subarray(0, length);
  };
}
