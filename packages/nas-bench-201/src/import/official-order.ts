import { architectureCount, edges, operators, toOfficialString } from "@collm/search-space";

const stateSize = 624;

/**
 * The official list of all architectures, whose positions are the benchmark's indexes: all encodings,
 * first edge outermost, shuffled as CPython does after `random.seed(88)`.
 */
export function officialOrder(): readonly string[] {
  const list = Array.from({ length: architectureCount }, (_, code) =>
    toOfficialString(
      edges.map(
        (_, edge) =>
          Math.floor(code / operators.length ** (edges.length - 1 - edge)) % operators.length,
      ),
    ),
  );
  const twister = new MersenneTwister(88);
  for (let i = list.length - 1; i > 0; i--) {
    const j = twister.below(i + 1);
    [list[i], list[j]] = [list[j] as string, list[i] as string];
  }
  return list;
}

/** MT19937, seeded and drawn from as CPython's `random` does. */
class MersenneTwister {
  readonly #state = new Uint32Array(stateSize);
  #at = stateSize;

  /** `init_by_array` with the seed as the only key. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < stateSize; i++) {
      const before = state[i - 1] as number;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
    let i = 1;
    const mix = (factor: number, added: number): void => {
      const before = state[i - 1] as number;
      const mixed = (state[i] as number) ^ Math.imul(before ^ (before >>> 30), factor);
      state[i] = mixed + added;
      i += 1;
      if (i >= stateSize) {
        state[0] = state[stateSize - 1] as number;
        i = 1;
      }
    };
    for (let k = 0; k < stateSize; k++) mix(1664525, seed);
    for (let k = 1; k < stateSize; k++) mix(1566083941, -i);
    state[0] = 0x80000000;
  }

  /** A whole number below `limit`: the highest bits that can hold it, drawn again while too large. */
  below(limit: number): number {
    const bits = 32 - Math.clz32(limit);
    for (;;) {
      const value = this.#next() >>> (32 - bits);
      if (value < limit) return value;
    }
  }

  #next(): number {
    if (this.#at >= stateSize) this.#twist();
    let value = this.#state[this.#at++] as number;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let k = 0; k < stateSize; k++) {
      const joined =
        ((state[k] as number) & 0x80000000) | ((state[(k + 1) % stateSize] as number) & 0x7fffffff);
      const shifted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      state[k] = (state[(k + 397) % stateSize] as number) ^ shifted;
    }
    this.#at = 0;
  }
}
