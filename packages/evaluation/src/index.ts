export { type CalibrationImages, calibrationImages } from "./calibrate.js";
export { type EstimateOptions, estimateStatistics } from "./estimate-statistics.js";
export { type EvaluateCommand, evaluateSubnet, type SubnetEvaluation } from "./evaluate-subnet.js";
export { contextDigest, digestOf, type EvaluationContext } from "./evaluation-context.js";
export { type ExportCommand, type ExportSummary, exportSubnet } from "./export-subnet.js";
export {
  type ImageLocator,
  isCalibrated,
  openSplit,
  packFolders,
  type Split,
} from "./manifest-images.js";
export {
  evaluationPlan,
  type Measurement,
  type MeasureOptions,
  measureSubnet,
  statisticsOf,
} from "./measure-subnet.js";
export type { CheckpointOptions } from "./measurement-course.js";
export { type InputBatch, type Network, openNetwork } from "./network.js";
export type { SubnetCommand } from "./open-subnet.js";
export {
  type EvaluationPhase,
  type EvaluationProgress,
  type ProgressListener,
  type StopSignal,
  throttleProgress,
} from "./progress.js";
export { type RunCommand, type RunSummary, runSubnet } from "./run-subnet.js";
export { batchSizeOf, type RuntimeSettings, requireProvider, runtimeVersion } from "./runtime.js";
export { countRecognised, type RecognisedCounts, rankOf } from "./top-k.js";
export {
  type SupernetVerification,
  type VerifiedSubnet,
  verifySupernet,
} from "./verify-supernet.js";
