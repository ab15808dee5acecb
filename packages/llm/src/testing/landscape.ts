import {
  type Architecture,
  createRng,
  createSearchSpace,
  type ElasticMobileNetSpec,
  elasticMobileNetGenes,
  maxDepth,
  type SearchSpace,
} from "@collm/search-space";

/** An elastic MobileNet of 4 stages of up to 3 blocks: as many genes as the demo's space has. */
export const benchSpec: ElasticMobileNetSpec = {
  family: "ofa-mobilenet-v3",
  stem: 8,
  firstBlock: 8,
  stages: [
    { width: 16, stride: 2, activation: "relu", squeezeExcite: false },
    { width: 24, stride: 2, activation: "relu", squeezeExcite: true },
    { width: 40, stride: 2, activation: "h-swish", squeezeExcite: false },
    { width: 64, stride: 1, activation: "h-swish", squeezeExcite: true },
  ],
  finalExpand: 192,
  featureMix: 256,
  classes: 10,
  depths: [1, 2, 3],
  kernels: [3, 5, 7],
  expansions: [2, 3, 4],
  resolutions: [20, 24, 28, 32],
};

/** What a network of the space would score: a truth, and a measurement that errs a little. */
export interface Landscape {
  readonly space: SearchSpace;
  truth(architecture: Architecture): number;
  measure(architecture: Architecture): number;
}

/** Shapes that a trained supernet's accuracy may have; none is what the heuristic assumes. */
export type LandscapeKind = "additive" | "bottleneck";

/**
 * A random landscape like a trained elastic MobileNet's. `additive`: accuracy saturates in MACs,
 * and resolution, depths, kernels and expansions have effects of their own and small pairwise
 * interactions. `bottleneck`: every stage loses accuracy as a power of its capacity, so genes of
 * one stage depend on each other strongly. Measurements err with sd 0.25 points, always the same
 * for the same network, as a finite validation set does.
 */
export function createLandscape(kind: LandscapeKind, seed: number, spec = benchSpec): Landscape {
  const space = createSearchSpace(spec);
  const truth = kind === "additive" ? additive(space, seed) : bottleneck(spec, seed);
  return {
    space,
    truth,
    measure: (architecture) =>
      truth(architecture) + 0.25 * normal("noise", seed, architecture.canonical),
  };
}

type Truth = (architecture: Architecture) => number;

function additive(space: SearchSpace, seed: number): Truth {
  const reference = middleMacs(space);
  const share = 3 + 2 * uniform("saturation", seed);
  const trends = new Map(
    space.genes.map(({ dimension }) => [dimension, normal("trend", seed, dimension)]),
  );
  // Points at the extremes: resolution 1, each depth 0.25, each block's kernel and expansion 0.1.
  const scale: Readonly<Record<string, number>> = { resolution: 0.8, depth: 0.25 };
  const effects = space.genes.map((gene) =>
    gene.choices.map((_, choice) => {
      const position = gene.choices.length > 1 ? (2 * choice) / (gene.choices.length - 1) - 1 : 0;
      const own = normal("own", seed, gene.name);
      const bend = normal("bend", seed, gene.name, choice);
      return (
        (scale[gene.dimension] ?? 0.1) *
        (position * (0.6 * (trends.get(gene.dimension) as number) + 0.6 * own) + 0.4 * bend)
      );
    }),
  );
  return (architecture) => {
    const { choices } = architecture;
    const saturation = -share * (reference / space.cost(architecture).macs) ** 0.7;
    let sum = 92 + saturation;
    const active = space.genes.map((_, g) => g).filter((g) => space.isActive(g, choices));
    for (const g of active) sum += effects[g]?.[choices[g] as number] as number;
    for (const g of active) {
      // Each gene interacts with two others.
      for (const k of [1, 2]) {
        const other = (g * 7 + k * 11 + 3) % space.genes.length;
        if (other === g || !space.isActive(other, choices)) continue;
        sum +=
          0.05 * normal("pair", seed, g, choices[g] as number, other, choices[other] as number);
      }
    }
    return sum;
  };
}

function bottleneck(spec: ElasticMobileNetSpec, seed: number): Truth {
  const weights = spec.stages.map((_, stage) => 1.2 * Math.exp(0.5 * normal("stage", seed, stage)));
  const kernelGain = spec.stages.map((_, stage) => 0.15 * normal("kernel", seed, stage) + 0.1);
  const resolutionLoss = 2.5 + 1.5 * uniform("resolution", seed);
  const reference = (spec.resolutions.at(-1) as number) ** 2;
  return (architecture) => {
    const genes = elasticMobileNetGenes(spec, architecture);
    let sum = 93 - resolutionLoss * (reference / genes.resolution ** 2) ** 0.6;
    spec.stages.forEach((_, stage) => {
      let capacity = 0.6;
      for (let position = 0; position < (genes.depths[stage] as number); position++) {
        const block = stage * maxDepth(spec) + position;
        const kernel = ((genes.kernels[block] as number) - 3) / 2;
        capacity +=
          ((genes.expansions[block] as number) / 4) ** 0.6 *
          (1 + (kernelGain[stage] as number) * (kernel - 0.3 * kernel * kernel)) *
          0.75 ** position;
      }
      sum -= (weights[stage] as number) * capacity ** -1.2;
    });
    return sum;
  };
}

/** MACs that half of the uniformly drawn networks exceed. */
export function middleMacs(space: SearchSpace): number {
  const rng = createRng("middle-macs");
  const macs = Array.from({ length: 401 }, () => {
    const choices = space.genes.map((gene) => rng.int(gene.choices.length));
    return space.cost(space.canonicalise(choices)).macs;
  });
  return macs.sort((a, b) => a - b)[200] as number;
}

function uniform(...keys: readonly (string | number)[]): number {
  return createRng(...keys).next();
}

function normal(...keys: readonly (string | number)[]): number {
  const rng = createRng(...keys);
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}
