/** What an evaluation goes through, as far as its checkpoints depend on it. */
export interface EvaluationPlan {
  /** Images that BatchNorm statistics are re-estimated with, and how many form a batch; 0 without. */
  readonly calibrationImages: number;
  readonly calibrationBatchSize: number;
  /** Channels of all re-estimated BatchNorms together; 0 without. */
  readonly channels: number;
  /** Images that are measured. */
  readonly images: number;
  readonly batchSize: number;
}

/** Statistics of the calibration images so far: one entry for each channel, in execution order. */
export interface CalibrationCheckpoint {
  readonly imagesDone: number;
  readonly batchesDone: number;
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/**
 * How far an evaluation has come, between two batches. It holds all that the rest depends on, so an
 * evaluation that goes on from it counts exactly what an uninterrupted one counts.
 */
export interface EvaluationCheckpoint {
  readonly plan: EvaluationPlan;
  /** Absent where statistics are not re-estimated, and before the first batch. */
  readonly calibration?: CalibrationCheckpoint;
  /** Measured images: the first ones. */
  readonly imagesDone: number;
  readonly top1Count: number;
  readonly top5Count: number;
  /** Seconds spent in each phase, in all pieces of the evaluation so far. */
  readonly seconds: { readonly build: number; readonly calibrate: number; readonly run: number };
}

/**
 * Checkpoints of unfinished evaluations by content key. They save work and nothing depends on them:
 * the latest one written wins, and any may be missing.
 */
export interface CheckpointStore {
  /** Throws `data-loss` for what is damaged. */
  read(key: string): Promise<EvaluationCheckpoint | undefined>;
  write(key: string, checkpoint: EvaluationCheckpoint): Promise<void>;
  /** Does nothing where there is none. */
  remove(key: string): Promise<void>;
}

/** Why an evaluation with this plan cannot go on from a checkpoint; undefined if it can. */
export function checkpointProblem(
  { plan: own, calibration, imagesDone, top1Count, top5Count }: EvaluationCheckpoint,
  plan: EvaluationPlan,
): string | undefined {
  for (const name of Object.keys(plan) as (keyof EvaluationPlan)[]) {
    if (own[name] !== plan[name]) return `${name}: got ${own[name]}, expected is ${plan[name]}`;
  }
  if (!isBoundary(imagesDone, plan.images, plan.batchSize)) {
    return `imagesDone: got ${imagesDone}, allowed are whole batches of ${plan.batchSize}`;
  }
  if (top1Count > top5Count || top5Count > imagesDone) {
    return `counts: got ${top1Count} and ${top5Count} of ${imagesDone} images`;
  }
  const calibrated = calibration?.imagesDone ?? 0;
  if (!isBoundary(calibrated, plan.calibrationImages, plan.calibrationBatchSize)) {
    return `calibration: got ${calibrated} images, allowed are whole batches of ${plan.calibrationBatchSize}`;
  }
  if (imagesDone > 0 && calibrated < plan.calibrationImages) {
    return `calibration: got ${calibrated} images, expected are ${plan.calibrationImages} before any is measured`;
  }
  if (!calibration) return undefined;
  const [means, variances] = [calibration.means.length, calibration.variances.length];
  if (means !== plan.channels || variances !== plan.channels) {
    return `statistics: got ${means} means and ${variances} variances, expected are ${plan.channels}`;
  }
  return undefined;
}

/** Whether a batch ends after so many images. */
function isBoundary(imagesDone: number, images: number, batchSize: number): boolean {
  return imagesDone === images || (imagesDone < images && imagesDone % batchSize === 0);
}
