/** Longest code of a bzip2 block. */
export const maxCodeBits = 20;

/** Codes up to this length are found by one look into a table; most of a block's are. */
export const fastBits = 10;

/** Canonical codes of one of a block's tables: shorter codes first, then by symbol. */
export interface CodeTable {
  /** By the next `fastBits` bits: `symbol << 5 | length`; 0 for longer codes and for no code. */
  readonly fast: Uint16Array;
  /** Largest code of each length; smaller than the first where there is none. */
  readonly last: Int32Array;
  /** Code less position in `symbols`, by length. */
  readonly offset: Int32Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** Codes of symbols with these lengths in bits, each 1 to 20; undefined when there are too many short ones. */
export function codeTable(lengths: Uint8Array): CodeTable | undefined {
  const fast = new Uint16Array(1 << fastBits);
  const last = new Int32Array(maxCodeBits + 1);
  const offset = new Int32Array(maxCodeBits + 1);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let position = 0;
  for (let length = 1; length <= maxCodeBits; length += 1) {
    offset[length] = code - position;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      if (code >= 1 << length) return undefined;
      symbols[position] = symbol;
      if (length <= fastBits) {
        const start = code << (fastBits - length);
        fast.fill((symbol << 5) | length, start, start + (1 << (fastBits - length)));
      }
      position += 1;
      code += 1;
    }
    last[length] = code - 1;
    code <<= 1;
  }
  return { fast, last, offset, symbols };
}
