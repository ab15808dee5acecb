/**
 * Counter-based pseudo-randomness: a value depends only on its key and its counter, never on how many values were
 * drawn before. Images can therefore be made in any order, one alone or all, with the same bytes.
 *
 * Only 32-bit integer operations, which every JavaScript engine computes alike.
 */

/** Avalanche step of MurmurHash3 (`fmix32`): each input bit changes about half of the output bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hash of a sequence of integers, as an unsigned 32-bit integer. */
export function hashIntegers(...values: readonly number[]): number {
  let h = 0x2545f491;
  for (const value of values) {
    h = mix(Math.imul(h, 0x9e3779b1) ^ mix(value + 0x7f4a7c15));
  }
  return h >>> 0;
}

/** The `counter`-th unsigned 32-bit integer of the stream named by `key`. */
export function hashAt(key: number, counter: number): number {
  return mix(key ^ mix(Math.imul(counter + 1, 0x9e3779b1))) >>> 0;
}

/** The `counter`-th number of the stream named by `key`, uniform in [0, 1). */
export function uniformAt(key: number, counter: number): number {
  return hashAt(key, counter) / 4294967296;
}

/** Reads one stream in order: a cursor over {@link uniformAt}, private to the image that owns it. */
export class UniformStream {
  readonly #key: number;
  #counter = 0;

  constructor(key: number) {
    this.#key = key;
  }

  /** Next number, uniform in [low, high). */
  between(low: number, high: number): number {
    const value = uniformAt(this.#key, this.#counter);
    this.#counter += 1;
    return low + (high - low) * value;
  }

  /** Next integer, uniform in 0..count-1. */
  below(count: number): number {
    return Math.floor(this.between(0, count));
  }
}
