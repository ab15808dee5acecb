import {
  type Architecture,
  createRng,
  type Limits,
  type SearchSpace,
  sampleUniform,
  sampleWithin,
} from "@collm/search-space";
import { median } from "@collm/statistics";

/** The architecture with the first or the last choice everywhere: the smallest or largest network. */
export function extreme(space: SearchSpace, which: "smallest" | "largest"): Architecture {
  return space.canonicalise(
    space.genes.map(({ choices }) => (which === "smallest" ? 0 : choices.length - 1)),
  );
}

/** Distinct networks drawn uniformly, within the limits if there are any. */
export function sampleDistinct(
  space: SearchSpace,
  count: number,
  seed: string | number,
  limits: Limits = {},
): Architecture[] {
  const rng = createRng("bench", seed);
  const drawn = new Map<string, Architecture>();
  while (drawn.size < count) {
    const sample = sampleWithin(space, limits, () => sampleUniform(space, rng), {
      accept: ({ canonical }) => !drawn.has(canonical),
    });
    if (sample.kind === "exhausted") {
      throw new RangeError(`sampling: only ${drawn.size} of ${count} networks found in the limits`);
    }
    drawn.set(sample.architecture.canonical, sample.architecture);
  }
  return [...drawn.values()];
}

/** Median of the multiply-accumulates of uniformly drawn architectures, repetitions included. */
export function medianMacs(space: SearchSpace, samples: number, seed: string | number): number {
  const rng = createRng("bench", "macs", seed);
  return median(Array.from({ length: samples }, () => space.cost(sampleUniform(space, rng)).macs));
}

/** Of some uniformly drawn architectures, the one whose cost is closest to the median of the space. */
export function typical(space: SearchSpace, samples: number, seed: string | number): Architecture {
  const target = medianMacs(space, samples, seed);
  const distance = (architecture: Architecture): number =>
    Math.abs(space.cost(architecture).macs - target);
  return sampleDistinct(space, 500, seed).reduce((closest, candidate) =>
    distance(candidate) < distance(closest) ? candidate : closest,
  );
}
