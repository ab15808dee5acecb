/** Words of the generator's state. */
const stateWords = 624;
const shiftWords = 397;

/** Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded with one word as PyTorch does. */
export class Mt19937 {
  readonly #state = new Uint32Array(stateWords);
  #next = stateWords;

  /** Takes the low 32 bits of the seed, as `torch.Generator.manual_seed` does. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let i = 1; i < stateWords; i++) {
      const previous = state[i - 1] as number;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next whole number in 0..2^32-1. */
  uint32(): number {
    if (this.#next === stateWords) this.#renew();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #renew(): void {
    const state = this.#state;
    for (let i = 0; i < stateWords; i++) {
      const y =
        ((state[i] as number) & 0x80000000) |
        ((state[(i + 1) % stateWords] as number) & 0x7fffffff);
      const mixed = (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      state[i] = (state[(i + shiftWords) % stateWords] as number) ^ mixed;
    }
    this.#next = 0;
  }
}

/**
 * A permutation of 0..count-1, equal to `torch.randperm(count, generator=g)` on the CPU for a
 * generator `g` in the same state: Fisher and Yates from the front, remainders of 32-bit words.
 */
export function randperm(count: number, generator: Mt19937): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const chosen = i + (generator.uint32() % (count - i));
    const value = order[i] as number;
    order[i] = order[chosen] as number;
    order[chosen] = value;
  }
  return order;
}
