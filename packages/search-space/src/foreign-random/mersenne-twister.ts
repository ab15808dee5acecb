const stateWords = 624;
const middle = 397;
const upperMask = 0x8000_0000;
const lowerMask = 0x7fff_ffff;
const matrix = 0x9908_b0df;

/**
 * MT19937, the generator behind NumPy's legacy RandomState, CPython's random module and PyTorch's
 * generator on the CPU. It is here to repeat what published code drew, word by word; our own draws
 * use `createRng`.
 */
export class MersenneTwister {
  readonly #words: Uint32Array;
  #position: number;

  private constructor(words: Uint32Array, position: number) {
    this.#words = words;
    this.#position = position;
  }

  /** Seeded with one 32-bit word (`init_genrand`). */
  static fromWord(seed: number): MersenneTwister {
    const words = new Uint32Array(stateWords);
    words[0] = seed;
    for (let i = 1; i < stateWords; i++) {
      const last = words[i - 1] as number;
      words[i] = Math.imul(last ^ (last >>> 30), 1_812_433_253) + i;
    }
    return new MersenneTwister(words, stateWords);
  }

  /** Seeded with a key of at least one 32-bit word (`init_by_array`). */
  static fromKey(key: readonly number[]): MersenneTwister {
    const words = MersenneTwister.fromWord(19_650_218).#words;
    const last = (i: number): number => {
      const word = words[i - 1] as number;
      return word ^ (word >>> 30);
    };
    let i = 1;
    const advance = (): void => {
      i++;
      if (i < stateWords) return;
      words[0] = words[stateWords - 1] as number;
      i = 1;
    };
    for (let k = 0; k < Math.max(stateWords, key.length); k++) {
      const j = k % key.length;
      words[i] = ((words[i] as number) ^ Math.imul(last(i), 1_664_525)) + (key[j] as number) + j;
      advance();
    }
    for (let k = 0; k < stateWords - 1; k++) {
      words[i] = ((words[i] as number) ^ Math.imul(last(i), 1_566_083_941)) - i;
      advance();
    }
    words[0] = upperMask;
    return new MersenneTwister(words, stateWords);
  }

  /** A generator that goes on as this one would, while this one stays where it is. */
  clone(): MersenneTwister {
    return new MersenneTwister(this.#words.slice(), this.#position);
  }

  /** The next word, uniform in [0, 2^32). */
  nextUint32(): number {
    if (this.#position === stateWords) this.#refill();
    let y = this.#words[this.#position++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits from two words; `random()` and `random_sample()` alike. */
  nextDouble(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  #refill(): void {
    const words = this.#words;
    for (let i = 0; i < stateWords; i++) {
      const next = words[(i + 1) % stateWords] as number;
      const y = ((words[i] as number) & upperMask) | (next & lowerMask);
      const twisted = (words[(i + middle) % stateWords] as number) ^ (y >>> 1);
      words[i] = (y & 1) === 0 ? twisted : twisted ^ matrix;
    }
    this.#position = 0;
  }
}

/** The 32-bit words of a non-negative whole number, lowest first; at least one. */
export function wordsOf(seed: number): readonly number[] {
  const words = [seed % 0x1_0000_0000];
  for (let rest = Math.floor(seed / 0x1_0000_0000); rest > 0; ) {
    words.push(rest % 0x1_0000_0000);
    rest = Math.floor(rest / 0x1_0000_0000);
  }
  return words;
}
