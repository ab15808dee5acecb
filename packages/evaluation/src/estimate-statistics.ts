import {
  type BatchObservation,
  type BatchStatistics,
  buildCalibrationGraph,
  combineStatistics,
  graphNames,
  type StatisticsMode,
  type Subnet,
} from "@collm/supernet";
import { type InputBatch, openNetwork } from "./network.js";
import type { StopSignal } from "./progress.js";
import type { RuntimeSettings } from "./runtime.js";

export interface EstimateOptions {
  readonly runtime: RuntimeSettings;
  /** How batches become statistics. */
  readonly mode: StatisticsMode;
  /** Checked before each batch. */
  readonly stop: StopSignal;
  /** Called after each batch with the number of images seen so far. */
  readonly onImages?: (imagesDone: number) => void;
}

/**
 * Re-estimates the BatchNorm statistics of a subnet, each given batch being one batch of the
 * estimate: other batch sizes give other statistics. Batches may differ in size.
 */
export async function estimateStatistics(
  subnet: Subnet,
  batches: Iterable<InputBatch> | AsyncIterable<InputBatch>,
  options: EstimateOptions,
): Promise<BatchStatistics> {
  const { runtime, mode, stop, onImages } = options;
  const observations: BatchObservation[] = [];
  let imagesDone = 0;
  const check = (): void => stop.throwIfAborted();
  for await (const observation of observeBatches(subnet, batches, runtime, check)) {
    observations.push(observation);
    imagesDone += observation.imagesCount;
    onImages?.(imagesDone);
  }
  return combineStatistics(subnet, observations, mode);
}

/** What the calibration graph sees in each batch; `check` is called before it and may throw. */
export async function* observeBatches(
  subnet: Subnet,
  batches: Iterable<InputBatch> | AsyncIterable<InputBatch>,
  runtime: RuntimeSettings,
  check: () => void,
): AsyncGenerator<BatchObservation> {
  const network = await openNetwork(buildCalibrationGraph(subnet), runtime, { isForFewRuns: true });
  try {
    for await (const batch of batches) {
      check();
      const { means, variances } = await network.run(batch, [
        graphNames.means,
        graphNames.variances,
      ]);
      const side = batch.shape[2] as number;
      yield { imagesCount: batch.imagesCount, side, means, variances };
    }
  } finally {
    await network.release();
  }
}
