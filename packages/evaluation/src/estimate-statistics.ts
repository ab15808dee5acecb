import {
  averageStatistics,
  type BatchObservation,
  type BatchStatistics,
  buildCalibrationGraph,
  graphNames,
  type Subnet,
} from "@collm/supernet";
import { type InputBatch, openNetwork } from "./network.js";
import type { StopSignal } from "./progress.js";
import type { RuntimeSettings } from "./runtime.js";

export interface EstimateOptions {
  readonly runtime: RuntimeSettings;
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
  const { runtime, stop, onImages } = options;
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
      observations.push({ imagesCount: batch.imagesCount, means, variances });
      imagesDone += batch.imagesCount;
      onImages?.(imagesDone);
    }
  } finally {
    await network.release();
  }
  return averageStatistics(subnet, observations);
}
