import { architectureCount, createSearchSpace, nasBench201Spec } from "@collm/search-space";
import { createPool, type Pool, type PoolEntry } from "./pool.js";

export const testSpace = createSearchSpace(nasBench201Spec("cifar10"));

/** Every `step`-th architecture of the space; each 3x3 convolution adds 5 %, the rest is all different. */
export function testPool(step = 61, space = testSpace): Pool {
  const entries: PoolEntry[] = [];
  for (let code = 0; code < architectureCount; code += step) {
    const choices = space.genes.map((_, gene) => Math.floor(code / 5 ** gene) % 5);
    const convolutions = choices.filter((choice) => choice === 3).length;
    const architecture = space.canonicalise(choices);
    entries.push({ architecture, top1Percent: 60 + 5 * convolutions + code / 1e6 });
  }
  return createPool(space, entries);
}
