import { type CodeTable, fastBits, maxCodeBits } from "./huffman.js";

/** Gives the next piece of the packed file, of any size; undefined at its end. */
export type PullBytes = () => Uint8Array | undefined;

/** The error for packed bytes that are not what they should be. */
export type PackedProblem = (byteOffset: number, found: string, expected: string) => Error;

/** Longest look beyond the end: a code and the bits held before it. */
const maxPaddingBytes = 64;

/** Bits of a packed file in order, the highest bit of a byte first. */
export class BitInput {
  readonly #pull: PullBytes;
  readonly #problem: PackedProblem;
  #piece: Uint8Array = new Uint8Array();
  #at = 0;
  /** Bytes of the pieces before the one in hand. */
  #before = 0;
  /** The next `#count` bits are the lowest bits of this; those above them were read. */
  #bits = 0;
  #count = 0;
  /** Whether the file has no further piece. */
  #isEnded = false;
  /** Zero bytes that were put after the end, so that a code can be looked up there. */
  #padding = 0;

  constructor(pull: PullBytes, problem: PackedProblem) {
    this.#pull = pull;
    this.#problem = problem;
  }

  /** The next bits as a number; at most 24. */
  bits(length: number): number {
    if (this.#count < length) this.#fill(length);
    this.#count -= length;
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  isSet(): boolean {
    return this.bits(1) === 1;
  }

  /** The next 32 bits. */
  uint32(): number {
    const high = this.bits(16);
    return ((high << 16) | this.bits(16)) >>> 0;
  }

  /** The symbol of the next code. */
  symbol(table: CodeTable): number {
    if (this.#count < maxCodeBits) this.#fill(maxCodeBits);
    const next = (this.#bits >>> (this.#count - maxCodeBits)) & ((1 << maxCodeBits) - 1);
    const fast = table.fast[next >>> (maxCodeBits - fastBits)] as number;
    if (fast !== 0) {
      this.#count -= fast & 31;
      return fast >>> 5;
    }
    for (let length = fastBits + 1; length <= maxCodeBits; length += 1) {
      const code = next >>> (maxCodeBits - length);
      if (code <= (table.last[length] as number)) {
        this.#count -= length;
        return table.symbols[code - (table.offset[length] as number)] as number;
      }
    }
    throw this.problem("a code of no symbol", "one of the block's codes");
  }

  /** Drops what is left of the byte in hand. */
  alignToByte(): void {
    this.#count -= this.#count % 8;
  }

  /** Whether every bit was read. Call it at the start of a byte. */
  isAtEnd(): boolean {
    if (this.#count === 0) this.#fill(8);
    return this.#count <= this.#padding * 8;
  }

  /** An error at the byte in hand; where the file has ended before, that is what is wrong. */
  problem(found: string, expected: string): Error {
    if (this.#isPastEnd()) return this.#endProblem();
    const held = Math.max(0, Math.ceil(this.#count / 8) - this.#padding);
    return this.#problem(this.#before + this.#at - held, found, expected);
  }

  /** Throws when more bits were read than there are. Zeros stand in for them until somebody asks. */
  checkEnd(): void {
    if (this.#isPastEnd()) throw this.#endProblem();
  }

  #isPastEnd(): boolean {
    return this.#count < this.#padding * 8;
  }

  #endProblem(): Error {
    const expected = "the rest of a block";
    return this.#problem(this.#before + this.#at, "the end of the file", expected);
  }

  #fill(length: number): void {
    while (this.#count < length) {
      while (this.#at === this.#piece.length && !this.#isEnded) this.#nextPiece();
      const byte = this.#piece[this.#at];
      if (byte === undefined) this.#pad();
      else this.#at += 1;
      this.#bits = (this.#bits << 8) | (byte ?? 0);
      this.#count += 8;
    }
  }

  #nextPiece(): void {
    const piece = this.#pull();
    if (piece === undefined) {
      this.#isEnded = true;
      return;
    }
    this.#before += this.#piece.length;
    this.#piece = piece;
    this.#at = 0;
  }

  /** A few zeros may be looked at, but a reader that goes on eating them has left the file. */
  #pad(): void {
    this.#padding += 1;
    if (this.#padding > maxPaddingBytes) throw this.#endProblem();
  }
}
