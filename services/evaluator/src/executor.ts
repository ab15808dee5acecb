import type { ProgressListener } from "@collm/evaluation";
import type { EvaluationCheckpoint, EvaluationPlan } from "@collm/search";
import type { Architecture } from "@collm/search-space";

/** Splits that accuracies are measured on. */
export type MeasuredSplit = "validation" | "test";

export interface ExecuteOptions {
  /** Stops the work between two batches. */
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener | undefined;
}

/** Checkpoints of one evaluation. */
export interface Checkpoints {
  /** Least milliseconds between two; one more is taken when the evaluation is stopped. */
  readonly everyMs: number;
  /** The last one, if there is one that fits. Never throws. */
  read(plan: EvaluationPlan): Promise<EvaluationCheckpoint | undefined>;
  /** Keeps it without being waited for. Never throws. */
  save(checkpoint: EvaluationCheckpoint): void;
}

export interface MeasuringOptions extends ExecuteOptions {
  /** Absent: the evaluation begins at the beginning and keeps nothing. */
  readonly checkpoints?: Checkpoints | undefined;
}

/** What an executor found out about one architecture. */
export interface Accuracy {
  readonly top1Percent: number;
  /** Absent where it is not known. */
  readonly top5Percent?: number;
  readonly images: number;
  /** What the search is charged for; absent means the time that it took. */
  readonly chargedSeconds?: number;
  /** Seconds by phase, for metrics. */
  readonly phaseSeconds: Readonly<Record<string, number>>;
}

/** How one supernet's subnets are measured: by running them, or from a made-up landscape. */
export interface Executor {
  /** Throws the signal's reason when stopped, and `unavailable` when trying again may help. */
  measure(
    architecture: Architecture,
    split: MeasuredSplit,
    options: MeasuringOptions,
  ): Promise<Accuracy>;
  /** The subnet as an ONNX model with its statistics folded in. */
  exportModel(architecture: Architecture, options: ExecuteOptions): Promise<Uint8Array>;
}
