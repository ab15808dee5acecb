import { MersenneTwister, wordsOf } from "./mersenne-twister.js";

/** The generator after CPython's `random.seed(seed)` with a non-negative whole number. */
export function seedPython(seed: number): MersenneTwister {
  return MersenneTwister.fromKey(wordsOf(seed));
}

/**
 * CPython's `_randbelow(bound)` (3.2 and later), which `choice` and `shuffle` draw with: the top bits of
 * a word, as many as the bound has, drawn again until they are below it. A bound of 1 draws too.
 */
export function pythonBelow(twister: MersenneTwister, bound: number): number {
  // The bound's bit length, and not that of the largest number below it.
  const shift = Math.clz32(bound);
  for (;;) {
    const drawn = twister.nextUint32() >>> shift;
    if (drawn < bound) return drawn;
  }
}

/** CPython's `random.choice(list)`. */
export function pythonChoice<T>(twister: MersenneTwister, list: readonly T[]): T {
  if (list.length === 0) throw new RangeError("pythonChoice: the list is empty");
  return list[pythonBelow(twister, list.length)] as T;
}
