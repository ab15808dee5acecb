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
  const network = await openNetwork(buildCalibrationGraph(subnet), runtime, { isForFewRuns: true });
  const observations: BatchObservation[] = [];
  let imagesDone = 0;
  try {
    for await (const batch of batches) {
      stop.throwIfAborted();
      const { means, variances } = await network.run(batch, [
        graphNames.means,
        graphNames.variances,
      ]);
      observations.push({
        imagesCount: batch.imagesCount,
        side: batch.shape[2] as number,
        means,
        variances,
      });
      imagesDone += batch.imagesCount;
      onImages?.(imagesDone);
    }
  } finally {
    await network.release();
  }
  return combineStatistics(subnet, observations, mode);
}
