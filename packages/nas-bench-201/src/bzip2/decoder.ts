import { BitInput, type PackedProblem, type PullBytes } from "./bit-input.js";
import { type Block, readBlock } from "./block.js";

/** Signatures of 48 bits, in halves: of a block (pi), and of the stream's end (the root of pi). */
const blockSignature = [0x314159, 0x265359] as const;
const endSignature = [0x177245, 0x385090] as const;

/** CRC-32 as bzip2 has it: the highest bit first. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/**
 * Unpacks a bzip2 file piece by piece: what is in memory is one block (900,000 bytes at most), whatever
 * the file's size and whatever it unpacks to. Every checksum is checked.
 *
 * A file is `BZh1` to `BZh9`, then blocks, then an end with the CRC-32 of all; further files may
 * follow. A block holds the Burrows-Wheeler transform of its bytes, which were run-length coded
 * before: four equal bytes are followed by how many more there are.
 */
export class Bzip2Decoder {
  readonly #input: BitInput;
  /** Of the block in hand: the lowest 8 bits are the transform's byte, those above the next row. */
  #rows = new Uint32Array();
  #block: Block | undefined;
  /** Bytes of the block that were walked. */
  #walked = 0;
  #row = 0;
  /** Byte that may be repeated, how often it came in a row, and how often it is still to be given. */
  #byte = -1;
  #equal = 0;
  #repeat = 0;
  #crc = -1;
  #allCrc = 0;
  #state: "header" | "block" | "ended" = "header";
  #streams = 0;

  constructor(pull: PullBytes, problem: PackedProblem) {
    this.#input = new BitInput(pull, problem);
  }

  /** Fills the target with the next bytes; gives how many there were, fewer only at the end. */
  read(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length) {
      if (!this.#block && !this.#startBlock()) break;
      filled = this.#walk(target, filled);
      if (this.#isBlockDone()) this.#endBlock();
    }
    return filled;
  }

  /** Reads up to the next block; false at the end of the file. */
  #startBlock(): boolean {
    while (this.#state !== "ended") {
      if (this.#state === "header") this.#readHeader();
      else {
        const [high, low] = [this.#input.bits(24), this.#input.bits(24)];
        if (high === blockSignature[0] && low === blockSignature[1]) {
          this.#block = readBlock(this.#input, this.#rows);
          this.#linkRows(this.#block);
          return true;
        }
        if (high !== endSignature[0] || low !== endSignature[1]) {
          throw this.#input.problem("other bytes", "a block or the end of the packed data");
        }
        this.#readEnd();
      }
    }
    return false;
  }

  #readHeader(): void {
    if (this.#streams > 0 && this.#input.isAtEnd()) {
      this.#state = "ended";
      return;
    }
    const magic = this.#input.bits(24);
    const level = this.#input.bits(8) - 0x30;
    if (magic !== 0x425a68 || level < 1 || level > 9) {
      const expected = this.#streams === 0 ? "a bzip2 file (BZh1 to BZh9)" : "the end of the file";
      throw this.#input.problem("other bytes", expected);
    }
    if (this.#rows.length !== level * 100_000) this.#rows = new Uint32Array(level * 100_000);
    this.#allCrc = 0;
    this.#streams += 1;
    this.#state = "block";
  }

  #readEnd(): void {
    const expected = this.#input.uint32();
    this.#input.checkEnd();
    if (expected !== this.#allCrc >>> 0) throw this.#wrongChecksum("all blocks");
    this.#input.alignToByte();
    this.#state = "header";
  }

  /** Undoes the transform: for each row, which row's byte comes next. */
  #linkRows({ length, origin }: Block): void {
    const rows = this.#rows;
    const starts = new Uint32Array(256);
    for (let i = 0; i < length; i += 1) (starts[(rows[i] as number) & 0xff] as number)++;
    let sum = 0;
    for (let byte = 0; byte < 256; byte += 1) {
      const count = starts[byte] as number;
      starts[byte] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i += 1) {
      const byte = (rows[i] as number) & 0xff;
      const row = starts[byte] as number;
      starts[byte] = row + 1;
      rows[row] = (rows[row] as number) | (i << 8);
    }
    this.#row = (rows[origin] as number) >>> 8;
    this.#walked = 0;
    this.#byte = -1;
    this.#equal = 0;
    this.#crc = -1;
  }

  /** Gives bytes of the block to the target from `filled` on; gives up to where it is filled then. */
  #walk(target: Uint8Array, filled: number): number {
    const rows = this.#rows;
    const length = this.#block?.length ?? 0;
    let [at, row, walked, byte] = [filled, this.#row, this.#walked, this.#byte];
    let [equal, repeat, crc] = [this.#equal, this.#repeat, this.#crc];
    while (at < target.length) {
      if (repeat > 0) repeat -= 1;
      else if (walked === length) break;
      else {
        const entry = rows[row] as number;
        const next = entry & 0xff;
        row = entry >>> 8;
        walked += 1;
        if (equal === 4) {
          equal = 0;
          repeat = next;
          continue;
        }
        equal = next === byte ? equal + 1 : 1;
        byte = next;
      }
      crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] as number);
      target[at] = byte;
      at += 1;
    }
    [this.#row, this.#walked, this.#byte] = [row, walked, byte];
    [this.#equal, this.#repeat, this.#crc] = [equal, repeat, crc];
    return at;
  }

  #isBlockDone(): boolean {
    return this.#walked === this.#block?.length && this.#repeat === 0;
  }

  #endBlock(): void {
    const crc = ~this.#crc >>> 0;
    if (crc !== this.#block?.crc32) throw this.#wrongChecksum("a block");
    this.#allCrc = ((this.#allCrc << 1) | (this.#allCrc >>> 31)) ^ crc;
    this.#block = undefined;
  }

  #wrongChecksum(what: string): Error {
    return this.#input.problem(`another checksum of ${what}`, "the one it had when it was packed");
  }
}
