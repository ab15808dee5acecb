/** What a JSON text would cost to parse. */
export interface JsonCost {
  /** Deepest nesting of objects and lists. */
  readonly depth: number;
  /** Objects, lists and keys: what the parser takes memory for, up to 50 bytes for one byte of text. */
  readonly pieces: number;
}

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const quotationMark = 0x22;
const backslash = 0x5c;

/**
 * Measures a JSON text without parsing it, so that hostile texts are refused before they take memory.
 * Texts that are not JSON get some measure; their parser will refuse them.
 */
export function jsonCost(text: Uint8Array): JsonCost {
  let level = 0;
  let depth = 0;
  let pieces = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const byte = text[i];
    if (isInString) {
      if (byte === backslash) i += 1;
      else if (byte === quotationMark) isInString = false;
    } else if (byte === quotationMark) {
      isInString = true;
    } else if (byte === openBrace || byte === openBracket) {
      level += 1;
      pieces += 1;
      depth = Math.max(depth, level);
    } else if (byte === closeBrace || byte === closeBracket) {
      level -= 1;
    } else if (byte === colon) {
      pieces += 1;
    }
  }
  return { depth, pieces };
}
