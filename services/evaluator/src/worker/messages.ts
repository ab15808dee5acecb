import type { ErrorCode } from "@collm/errors";
import type {
  CalibrationImages,
  CheckpointOptions,
  EvaluationProgress,
  Measurement,
  RuntimeSettings,
} from "@collm/evaluation";
import type { ImageSet } from "@collm/images";
import type { EvaluationCheckpoint } from "@collm/search";
import type { Subnet } from "@collm/supernet";

/**
 * What the main thread and a worker say to each other. Subnets and image sets are plain objects whose
 * arrays lie in shared memory; a worker knows no supernet and no file.
 *
 *     main    job ─────────────────────────▶ worker      at most one at a time
 *             ◀── progress, checkpoint … ── result | failed
 *             close ───────────────────────▶             it ends by itself
 */
export interface WorkerSettings {
  readonly runtime: RuntimeSettings;
}

export type Job =
  | {
      readonly kind: "measure";
      readonly subnet: Subnet;
      readonly measured: ImageSet;
      /** Absent: the checkpoint's own statistics are used. */
      readonly calibration: CalibrationImages | undefined;
      /** Absent: it begins at the beginning and takes none. */
      readonly checkpoints: Omit<CheckpointOptions, "onCheckpoint"> | undefined;
    }
  | {
      readonly kind: "export";
      readonly subnet: Subnet;
      readonly calibration: CalibrationImages | undefined;
    };

export type JobResult =
  | { readonly kind: "measured"; readonly measurement: Measurement }
  | { readonly kind: "exported"; readonly model: Uint8Array<ArrayBuffer> };

export type ToWorker =
  | { readonly kind: "job"; readonly job: Job; readonly stopFlag: SharedArrayBuffer }
  | { readonly kind: "close" };

export type FromWorker =
  /** Its code is loaded. */
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly progress: EvaluationProgress }
  | { readonly kind: "checkpoint"; readonly checkpoint: EvaluationCheckpoint }
  | { readonly kind: "result"; readonly result: JobResult }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string };
