import { numpyRandint, seedNumpy } from "@collm/search-space";
import type { PublishedAlgorithm } from "./algorithm.js";
import { createPublishedSearcher } from "./searcher.js";

/**
 * The search of Single Path One-Shot (megvii-model/SinglePathOneShot, src/Search/search.py). Ranks by
 * top-1, then top-5 error. A mutation draws each gene anew with the given probability, a crossover
 * takes each gene from either parent; the two parents may be the same.
 *
 * The original knows one space, of 20 genes with 4 choices that all have an effect. Other spaces can
 * be searched the same way: genes are drawn from their own choices, skipped ones included.
 */
const spos: PublishedAlgorithm = {
  seed: seedNumpy,
  operators: (space, { mutationProbability }, twister, parents) => {
    const randint = (bound: number): number => numpyRandint(twister, bound);
    const sizes = space.genes.map(({ choices }) => choices.length);
    const pickParent = (): readonly number[] => {
      const parent = parents[randint(parents.length)];
      if (!parent) throw new RangeError("spos: there is no parent");
      return parent.choices;
    };
    return {
      random: () => space.canonicalise(sizes.map(randint)),
      mutate: () => {
        const parent = pickParent();
        return space.canonicalise(
          sizes.map((size, gene) =>
            twister.nextDouble() < mutationProbability ? randint(size) : (parent[gene] as number),
          ),
        );
      },
      cross: () => {
        const first = pickParent();
        const second = pickParent();
        return space.canonicalise(
          sizes.map((_, gene) => (randint(2) === 0 ? first : second)[gene] as number),
        );
      },
    };
  },
  compare: (a, b) => b.top1Percent - a.top1Percent || (b.top5Percent ?? 0) - (a.top5Percent ?? 0),
};

/** SPOS's search, proposal by proposal. */
export const sposSearcher = createPublishedSearcher("evolution/spos", spos);
