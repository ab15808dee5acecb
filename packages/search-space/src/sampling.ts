import { excesses, isFeasible, type Limits, limitedCost } from "./cost.js";
import type { Rng } from "./rng.js";
import type { Architecture, SearchSpace } from "./space.js";

/**
 * Draws every gene uniformly and independently, as the published searches do. Encodings are
 * uniform, networks are not: a shallow stage has many encodings for the same network.
 */
export function sampleUniform(space: SearchSpace, rng: Rng): Architecture {
  return space.canonicalise(space.genes.map((gene) => rng.int(gene.choices.length)));
}

export type BoundedSample =
  | { readonly kind: "found"; readonly architecture: Architecture; readonly attempts: number }
  | { readonly kind: "exhausted"; readonly attempts: number };

/**
 * Draws until `draw` gives an architecture that respects the limits and that `accept` wants.
 * Unlike once-for-all's sampler it gives up after `maxAttempts` (default 2,000), so that an
 * unreachable limit cannot hang a search.
 */
export function sampleWithin(
  space: SearchSpace,
  limits: Limits,
  draw: () => Architecture,
  options: {
    readonly maxAttempts?: number;
    readonly accept?: (architecture: Architecture) => boolean;
  } = {},
): BoundedSample {
  const maxAttempts = options.maxAttempts ?? 2_000;
  for (let attempts = 1; attempts <= maxAttempts; attempts++) {
    const architecture = draw();
    if (!isFeasible(space.cost(architecture), limits)) continue;
    if (options.accept && !options.accept(architecture)) continue;
    return { kind: "found", architecture, attempts };
  }
  return { kind: "exhausted", attempts: maxAttempts };
}

/**
 * Makes `architecture` cheaper, one random gene at a time, until it respects the limits; undefined
 * if that does not succeed, which with one limit means that it is not reachable. For limits so
 * tight that rejection finds nothing: what it gives lies near the limit and is not uniform.
 */
export function shrinkWithin(
  space: SearchSpace,
  architecture: Architecture,
  limits: Limits,
  rng: Rng,
): Architecture | undefined {
  let current = architecture;
  // Each step fixes one more gene at its cheapest choice. Where limits on different costs pull
  // towards different choices they might do so for ever, hence the bound.
  const maxSteps = space.genes.length * Object.keys(limitedCost).length;
  for (let step = 0; step <= maxSteps; step++) {
    const excess = excesses(space.cost(current), limits)[0];
    if (!excess) return current;
    const { choices } = current;
    const cheapest = space.cheapest(excess.kind).choices;
    const reducible = space.genes.flatMap((_, gene) =>
      choices[gene] === cheapest[gene] ? [] : [gene],
    );
    if (reducible.length === 0) return undefined;
    const reduced = rng.pick(reducible);
    current = space.canonicalise(
      choices.map((choice, gene) => (gene === reduced ? (cheapest[gene] as number) : choice)),
    );
  }
  return undefined;
}
