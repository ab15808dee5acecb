import type { BitInput } from "./bit-input.js";
import { type CodeTable, codeTable, maxCodeBits } from "./huffman.js";

/** Symbols that are coded with one table before the next selector is asked. */
const groupSymbols = 50;

/** Symbols for the two digits of a run's length. */
const runA = 0;
const runB = 1;

/** A block after Huffman decoding: the Burrows-Wheeler transform of its bytes. */
export interface Block {
  readonly crc32: number;
  /** Bytes in the block. */
  readonly length: number;
  /** Row of the transform where the text begins. */
  readonly origin: number;
}

/**
 * Reads one block after its signature. The bytes of the transform go to `transform[i]`, for
 * `i < length`; its size is the most that a block may have.
 *
 *     crc32, randomised (1 bit), origin (24)
 *     which bytes occur: 16 bits for groups of 16, then 16 bits for each group in use
 *     tables (3), selectors (15), the selectors in unary after move-to-front
 *     for each table: 5 bits for the first length, then 0 next, 10 longer by one, 11 shorter by one
 *     symbols, 50 by each selector's table: digits of run lengths, positions for move-to-front, end
 */
export function readBlock(input: BitInput, transform: Uint32Array): Block {
  const crc32 = input.uint32();
  if (input.isSet()) throw input.problem("a randomised block", "one of bzip2 0.9.5 or later");
  const origin = input.bits(24);
  const bytes = readBytesInUse(input);
  const { tables, selectors } = readTables(input, bytes.length + 2);
  const length = readSymbols(input, { transform, bytes, tables, selectors });
  input.checkEnd();
  if (origin >= length) {
    throw input.problem(`a block that begins at row ${origin}`, `one of its ${length} rows`);
  }
  return { crc32, length, origin };
}

function readBytesInUse(input: BitInput): Uint8Array {
  const groups = input.bits(16);
  const bytes: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if (!((groups >> (15 - group)) & 1)) continue;
    const members = input.bits(16);
    for (let i = 0; i < 16; i += 1) if ((members >> (15 - i)) & 1) bytes.push(group * 16 + i);
  }
  if (bytes.length === 0) throw input.problem("a block without bytes", "some");
  return Uint8Array.from(bytes);
}

function readTables(
  input: BitInput,
  alphabet: number,
): { readonly tables: readonly CodeTable[]; readonly selectors: Uint8Array } {
  const count = input.bits(3);
  if (count < 2 || count > 6) throw input.problem(`${count} code tables`, "2 to 6");
  const selectors = new Uint8Array(input.bits(15));
  if (selectors.length === 0) throw input.problem("no selectors", "one for each 50 symbols");
  const order = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < selectors.length; i += 1) {
    let position = 0;
    while (input.isSet()) {
      position += 1;
      if (position >= count) throw input.problem("a selector of no table", `one below ${count}`);
    }
    const [table = 0] = order.splice(position, 1);
    order.unshift(table);
    selectors[i] = table;
  }
  const tables = Array.from({ length: count }, () => readTable(input, alphabet));
  return { tables, selectors };
}

function readTable(input: BitInput, alphabet: number): CodeTable {
  const lengths = new Uint8Array(alphabet);
  let length = input.bits(5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) {
        throw input.problem(`a code of ${length} bits`, `1 to ${maxCodeBits}`);
      }
      if (!input.isSet()) break;
      length += input.isSet() ? -1 : 1;
    }
    lengths[symbol] = length;
  }
  const table = codeTable(lengths);
  if (!table) throw input.problem("codes that are no prefix codes", "prefix codes");
  return table;
}

interface Coded {
  readonly transform: Uint32Array;
  readonly bytes: Uint8Array;
  readonly tables: readonly CodeTable[];
  readonly selectors: Uint8Array;
}

/** Undoes Huffman codes, run lengths and move-to-front; gives the number of bytes. */
function readSymbols(input: BitInput, { transform, bytes, tables, selectors }: Coded): number {
  const recent = Uint8Array.from(bytes);
  const end = bytes.length + 1;
  let length = 0;
  let run = 0;
  let digit = 1;
  for (const selector of selectors) {
    const table = tables[selector] as CodeTable;
    for (let i = 0; i < groupSymbols; i += 1) {
      const symbol = input.symbol(table);
      if (symbol === runA || symbol === runB) {
        // A run's length in digits 1 and 2 of base 2, lowest first.
        run += digit << symbol;
        digit *= 2;
        if (length + run > transform.length) throw tooLong(input, transform);
        continue;
      }
      if (run > 0) {
        transform.fill(recent[0] as number, length, length + run);
        length += run;
        run = 0;
        digit = 1;
      }
      if (symbol === end) return length;
      if (length >= transform.length) throw tooLong(input, transform);
      const byte = recent[symbol - 1] as number;
      recent.copyWithin(1, 0, symbol - 1);
      recent[0] = byte;
      transform[length] = byte;
      length += 1;
    }
  }
  throw input.problem("more symbols than the selectors cover", "the block's end");
}

function tooLong(input: BitInput, transform: Uint32Array): Error {
  return input.problem("a block that is too long", `at most ${transform.length} bytes`);
}
