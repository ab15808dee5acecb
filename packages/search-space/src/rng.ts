/**
 * Seeded random numbers. Search code never touches the global generator: every draw comes from a
 * generator created from the search's seed and the place that draws (`createRng(seed, "evolution", 3)`),
 * so that a resumed search draws what the undisturbed one would have drawn.
 */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). `bound` must be at least 1. */
  int(bound: number): number;
  /** One element of a non-empty list, uniformly. */
  pick<T>(list: readonly T[]): T;
}

/** 32-bit FNV-1a over the UTF-8 bytes of `text`. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A generator (sfc32, period at least 2^32) that depends on all `keys` and on nothing else.
 */
export function createRng(...keys: readonly (string | number)[]): Rng {
  const text = keys.join("\u0000");
  let a = fnv1a(`a${text}`);
  let b = fnv1a(`b${text}`);
  let c = fnv1a(`c${text}`);
  let counter = 1;

  const nextUint32 = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  // The first outputs still show the structure of the seeds; sfc32's author discards a few.
  for (let i = 0; i < 15; i++) nextUint32();

  const next = (): number => nextUint32() / 0x1_0000_0000;
  const int = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    int,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError("pick: the list is empty");
      return list[int(list.length)] as T;
    },
  };
}
