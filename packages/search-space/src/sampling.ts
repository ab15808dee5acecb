import { isFeasible, type Limits } from "./cost.js";
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
