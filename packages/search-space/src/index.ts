export {
  type Cost,
  type CostKind,
  type LimitExcess,
  type Limits,
  excesses,
  isFeasible,
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
  type ElasticMobileNetSpec,
  blockCount,
  elasticMobileNetSpecSchema,
  maxDepth,
  roundChannels,
} from "./elastic-mobilenet/spec.js";
export { type Rng, createRng, fnv1a } from "./rng.js";
export { type BoundedSample, sampleUniform, sampleWithin } from "./sampling.js";
export type { Architecture, Gene, Legality, Notation, SearchSpace } from "./space.js";
export { type SpaceSpec, spaceSpecSchema } from "./spec.js";
export { type MutationOptions, crossover, mutate } from "./variation.js";
