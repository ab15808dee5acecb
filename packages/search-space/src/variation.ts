import type { Rng } from "./rng.js";
import type { Architecture, SearchSpace } from "./space.js";

export interface MutationOptions {
  /** Probability that an active gene is drawn anew (it may draw its old value). Default 0.1. */
  readonly probability?: number;
  /** Overrides by dimension, e.g. `{ resolution: 0.5 }` as in once-for-all's finder. */
  readonly byDimension?: Readonly<Record<string, number>>;
}

/**
 * Draws genes anew with a small probability. Genes that a change of depth brings to life are
 * always drawn anew: a canonical parent remembers nothing about its skipped blocks, and the
 * originals' mutation leaves random values there.
 */
export function mutate(
  space: SearchSpace,
  parent: Architecture,
  rng: Rng,
  options: MutationOptions = {},
): Architecture {
  const probability = options.probability ?? 0.1;
  const choices = space.genes.map((gene, index) => {
    const inherited = parent.choices[index] as number;
    const wasActive = space.isActive(index, parent.choices);
    const threshold = options.byDimension?.[gene.dimension] ?? probability;
    // Draw in every case, so that one gene's fate does not shift the randomness of the next.
    const isMutated = rng.next() < threshold;
    const drawn = rng.int(gene.choices.length);
    return isMutated || !wasActive ? drawn : inherited;
  });
  return space.canonicalise(choices);
}

/**
 * Takes every gene from either parent with equal probability. A gene that is skipped in the
 * chosen parent but active in the other comes from the other, which has an opinion about it.
 */
export function crossover(
  space: SearchSpace,
  first: Architecture,
  second: Architecture,
  rng: Rng,
): Architecture {
  const choices = space.genes.map((_, index) => {
    const [chosen, other] = rng.next() < 0.5 ? [first, second] : [second, first];
    const source =
      !space.isActive(index, chosen.choices) && space.isActive(index, other.choices)
        ? other
        : chosen;
    return source.choices[index] as number;
  });
  return space.canonicalise(choices);
}

/**
 * Changes exactly one gene to another of its choices, as regularized evolution does. Genes that a
 * change of depth brings to life are drawn anew. A space without a choice gives the parent back.
 */
export function mutateOne(space: SearchSpace, parent: Architecture, rng: Rng): Architecture {
  const changeable = changeableGenes(space, parent);
  if (changeable.length === 0) return parent;
  const changed = rng.pick(changeable);
  const choices = space.genes.map((gene, index) => {
    const inherited = parent.choices[index] as number;
    const { length } = gene.choices;
    if (index === changed) return (inherited + 1 + rng.int(length - 1)) % length;
    return space.isActive(index, parent.choices) ? inherited : rng.int(length);
  });
  return space.canonicalise(choices);
}

/**
 * All architectures that differ from this one in one gene, in the order of the genes; 24 in
 * NAS-Bench-201's space. Genes that a change of depth brings to life hold their first choice, so
 * that a neighbourhood is small and the same whenever it is asked for.
 */
export function neighbours(space: SearchSpace, architecture: Architecture): Architecture[] {
  const found = new Map<string, Architecture>();
  for (const gene of changeableGenes(space, architecture)) {
    const { length } = space.genes[gene]?.choices ?? [];
    for (let choice = 0; choice < length; choice++) {
      const neighbour = space.canonicalise(architecture.choices.with(gene, choice));
      found.set(neighbour.canonical, neighbour);
    }
  }
  found.delete(architecture.canonical);
  return [...found.values()];
}

/** Indices of the genes that have an effect and more than one choice. */
function changeableGenes(space: SearchSpace, { choices }: Architecture): number[] {
  return space.genes.flatMap((gene, index) =>
    space.isActive(index, choices) && gene.choices.length > 1 ? [index] : [],
  );
}
