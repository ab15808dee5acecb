import { MersenneTwister, wordsOf } from "./mersenne-twister.js";

/**
 * The generator after `numpy.random.seed(seed)`. NumPy takes seeds below 2^32; a larger one is
 * seeded by its words, as NumPy does with a list of them.
 */
export function seedNumpy(seed: number): MersenneTwister {
  const words = wordsOf(seed);
  return words.length === 1 ? MersenneTwister.fromWord(seed) : MersenneTwister.fromKey(words);
}

/**
 * `numpy.random.randint(bound)` of the legacy RandomState, for bounds from 1 to 2^32: words are
 * masked to the bits of `bound - 1` and drawn again until one is in range. A bound of 1 draws none.
 */
export function numpyRandint(twister: MersenneTwister, bound: number): number {
  const most = bound - 1;
  if (most === 0) return 0;
  const shift = Math.clz32(most);
  const mask = 0xffff_ffff >>> shift;
  for (;;) {
    const drawn = (twister.nextUint32() & mask) >>> 0;
    if (drawn <= most) return drawn;
  }
}
