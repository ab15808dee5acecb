import { MersenneTwister, wordsOf } from "./mersenne-twister.js";

/** The generator after CPython's `random.seed(seed)` with a non-negative whole number. */
export function seedPython(seed: number): MersenneTwister {
  return MersenneTwister.fromKey(wordsOf(seed));
}

/**
 * CPython's `random.choice(list)` (3.2 and later): the top bits of a word, as many as the length
 * has, drawn again until they are in range. A list of one draws too.
 */
export function pythonChoice<T>(twister: MersenneTwister, list: readonly T[]): T {
  if (list.length === 0) throw new RangeError("pythonChoice: the list is empty");
  // The length's bit length, and not that of the largest index.
  const shift = Math.clz32(list.length);
  for (;;) {
    const drawn = twister.nextUint32() >>> shift;
    if (drawn < list.length) return list[drawn] as T;
  }
}
