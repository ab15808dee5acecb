export {
  addBatch,
  type BatchObservation,
  type BatchStatistics,
  type ChannelStatistics,
  channelsOf,
  combineStatistics,
  emptyStatistics,
  runningStatistics,
  type StatisticsMode,
  statisticsByKey,
  statisticsToJson,
} from "./batch-statistics.js";
export { buildCalibrationGraph } from "./calibration-graph.js";
export { buildInferenceGraph } from "./inference-graph.js";
export { InvalidManifestError } from "./invalid-manifest-error.js";
export {
  loadManifest,
  type Manifest,
  type ManifestImages,
  type ManifestWeights,
  type Normalization,
  type Recipe,
  readManifestFile,
} from "./manifest.js";
export type { Subnet } from "./subnet.js";
export { hasBatchNorm } from "./subnet-layers.js";
export {
  openSupernet,
  type SubnetOutcome,
  type Supernet,
  type SupernetSummary,
  supernetDigest,
} from "./supernet.js";
export { SupernetTensorError } from "./supernet-tensor-error.js";
export { graphNames } from "./write-layers.js";
