import { MersenneTwister } from "@collm/search-space";

/** The generator after `torch.Generator.manual_seed(seed)` on the CPU: the low 32 bits count. */
export function seedTorch(seed: number): MersenneTwister {
  return MersenneTwister.fromWord(seed % 2 ** 32);
}

/**
 * A permutation of 0..count-1, equal to `torch.randperm(count, generator=g)` on the CPU for a
 * generator `g` in the same state: Fisher and Yates from the front, remainders of 32-bit words.
 */
export function randperm(count: number, generator: MersenneTwister): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const chosen = i + (generator.nextUint32() % (count - i));
    const value = order[i] as number;
    order[i] = order[chosen] as number;
    order[chosen] = value;
  }
  return order;
}
