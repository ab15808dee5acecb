export {
  type Cost,
  type CostKind,
  excesses,
  isFeasible,
  type LimitExcess,
  type Limits,
  limitedCost,
} from "./cost.js";
export { createSearchSpace } from "./create.js";
export {
  type BlockPlan,
  type ElasticMobileNetGenes,
  planBlocks,
} from "./elastic-mobilenet/plan.js";
export { publishedOfaSpec } from "./elastic-mobilenet/published.js";
export { elasticMobileNetGenes } from "./elastic-mobilenet/space.js";
export {
  blockCount,
  type ElasticMobileNetSpec,
  elasticMobileNetSpecSchema,
  maxDepth,
  roundChannels,
} from "./elastic-mobilenet/spec.js";
export { type UnreachableLimit, unreachableLimits } from "./reachability.js";
export { createRng, fnv1a, type Rng } from "./rng.js";
export {
  type BoundedSample,
  sampleUniform,
  sampleWithin,
  shrinkWithin,
} from "./sampling.js";
export type { Architecture, Gene, Legality, Notation, SearchSpace } from "./space.js";
export { type SpaceSpec, spaceSpecSchema } from "./spec.js";
export { crossover, type MutationOptions, mutate } from "./variation.js";
