import type { CheckpointFormatError } from "../checkpoint-format-error.js";

/** What a stream reads from: a file, or bytes that are unpacked on the way. */
export interface ByteSource {
  /**
   * The bytes `[start, start + length)`. A source that does not know its end gives fewer there; starts
   * never go back.
   */
  read(start: number, length: number, what: string): Promise<ArrayBuffer>;
  /** The error for bytes that are not what they should be. */
  problem(byteOffset: number, found: string, expected: string): CheckpointFormatError;
}

/**
 * Bytes of a source read in order through a small window, so that neither a pickle's size nor a length
 * field in it decides how much memory is taken.
 *
 * `fill` is the only asynchronous step. After it, everything within `lookaheadBytes` of `position` is in
 * memory (or the end is known), so that single values are read without waiting.
 */
export class ByteStream {
  /** What is read, for messages: `the pickle`. */
  readonly what: string;
  readonly #source: ByteSource;
  readonly #windowBytes: number;
  readonly #lookaheadBytes: number;
  #end: number;
  #position: number;
  #windowStart: number;
  #window = new Uint8Array();
  #view = new DataView(new ArrayBuffer(0));

  constructor(
    source: ByteSource,
    range: { readonly start: number; readonly end: number },
    options: {
      readonly what: string;
      readonly windowBytes: number;
      readonly lookaheadBytes: number;
    },
  ) {
    this.#source = source;
    this.what = options.what;
    this.#end = range.end;
    this.#windowBytes = options.windowBytes;
    this.#lookaheadBytes = options.lookaheadBytes;
    this.#position = range.start;
    this.#windowStart = range.start;
  }

  /** Position after the last byte that belongs to the stream; Infinity until a source without size has ended. */
  get end(): number {
    return this.#end;
  }

  /** Position of the next byte in the source. */
  get position(): number {
    return this.#position;
  }

  /** Whether `fill` must be awaited before the next value. */
  get needsFill(): boolean {
    const windowEnd = this.#windowStart + this.#window.length;
    return windowEnd - this.#position < this.#lookaheadBytes && windowEnd < this.end;
  }

  async fill(): Promise<void> {
    const length = Math.min(this.#windowBytes, this.#end - this.#position);
    const bytes = await this.#source.read(this.#position, length, this.what);
    if (bytes.byteLength < length) this.#end = this.#position + bytes.byteLength;
    this.#window = new Uint8Array(bytes);
    this.#view = new DataView(bytes);
    this.#windowStart = this.#position;
  }

  /** The next byte, which stays the next; undefined at the end. */
  peek(): number | undefined {
    return this.#window[this.#position - this.#windowStart];
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** 64 bits as a number; inexact above 2^53, which no file size reaches. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Pickles hold doubles with the highest byte first. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** The next bytes, valid until the next `fill`; at most the look-ahead. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#window.subarray(at, at + length);
  }

  /** The bytes before the next newline, which is consumed as well. */
  line(maxBytes: number): Uint8Array {
    const at = this.#position - this.#windowStart;
    const newline = this.#window.subarray(at, at + maxBytes + 1).indexOf(10);
    if (newline < 0) {
      throw this.problem(this.#position, "no end of line", `one within ${maxBytes} bytes`);
    }
    const line = this.bytes(newline);
    this.skip(1);
    return line;
  }

  /** Steps over bytes without reading them. */
  skip(length: number): void {
    this.#checkRoom(length);
    this.#position += length;
  }

  problem(byteOffset: number, found: string, expected: string): CheckpointFormatError {
    return this.#source.problem(byteOffset, found, expected);
  }

  /** Index in the window of the next `length` bytes, which count as read. */
  #advance(length: number): number {
    this.#checkRoom(length);
    const at = this.#position - this.#windowStart;
    if (at + length > this.#window.length) {
      throw new RangeError(`${length} bytes are more than the look-ahead of a stream`);
    }
    this.#position += length;
    return at;
  }

  #checkRoom(length: number): void {
    if (this.#position + length > this.end) {
      const expected = `${length} more bytes at byte ${this.#position}`;
      throw this.problem(this.end, `the end of ${this.what}`, expected);
    }
  }
}
