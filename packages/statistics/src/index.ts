export { bootstrapInterval, type Interval, studentInterval } from "./intervals.js";
export { kendallTau } from "./kendall-tau.js";
export { type NoiseFloor, noiseFloor } from "./noise-floor.js";
export { comparePaired, type PairedComparison } from "./paired.js";
export { ranks, spearman, wholeReliability } from "./rank-correlation.js";
export { evaluationsToReach, type Reach, reachOf } from "./reach.js";
export { type Summary, summarise } from "./summarise.js";
export {
  mean,
  median,
  quantile,
  type Spread,
  spreadOf,
  standardDeviation,
} from "./summary.js";
