export {
  type AutoFormerGenes,
  type AutoFormerNotation,
  autoFormerGenes,
} from "./autoformer/genotype.js";
export {
  type AutoFormerHeadChoices,
  type AutoFormerSize,
  publishedAutoFormerSpec,
} from "./autoformer/published.js";
export {
  type AutoFormerSpec,
  autoFormerHeadDim,
  autoFormerMaxRelativePosition,
  autoFormerSpecSchema,
  mlpWidth,
  patchCount,
  superMlpWidth,
} from "./autoformer/spec.js";
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
export { type Cuttable, networkOf, readCuttable } from "./cuttable.js";
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
export { MersenneTwister } from "./foreign-random/mersenne-twister.js";
export { numpyRandint, seedNumpy } from "./foreign-random/numpy-random.js";
export { pythonBelow, pythonChoice, seedPython } from "./foreign-random/python-random.js";
export {
  architectureCount,
  edges,
  type Operator,
  operators,
} from "./nas-bench-201/cell.js";
export { readOfficialString, toOfficialString } from "./nas-bench-201/official-string.js";
export {
  type NasBench201DataSet,
  nasBench201DataSets,
  nasBench201Spec,
} from "./nas-bench-201/published.js";
export { type NasBench201Spec, nasBench201SpecSchema } from "./nas-bench-201/spec.js";
export { type UnreachableLimit, unreachableLimits } from "./reachability.js";
export { nearestFeasible } from "./repair/nearest-feasible.js";
export { nearestLegal, type Repaired } from "./repair/nearest-legal.js";
export { createRng, fnv1a, type Rng } from "./rng.js";
export {
  type BoundedSample,
  sampleUniform,
  sampleWithin,
  shrinkWithin,
} from "./sampling.js";
export {
  planShuffleBlocks,
  type ShuffleBlockPlan,
  type ShuffleNetGenes,
  shuffleBlocks,
} from "./shufflenet/plan.js";
export { publishedShuffleNetSpec } from "./shufflenet/published.js";
export { shuffleNetGenes } from "./shufflenet/space.js";
export {
  layerCount,
  type ShuffleNetSpec,
  shuffleNetSpecSchema,
} from "./shufflenet/spec.js";
export type { Architecture, Gene, Legality, Notation, SearchSpace } from "./space.js";
export { type SpaceSpec, type SupernetSpec, spaceSpecSchema, supernetSpecSchema } from "./spec.js";
export { crossover, type MutationOptions, mutate, mutateOne, neighbours } from "./variation.js";
