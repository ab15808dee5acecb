import { type BatchNorm, batchNormsOf, type SubnetLayers } from "./subnet-layers.js";

/**
 * BatchNorm statistics of one subnet, by BatchNorm key. Re-estimation follows once-for-all's
 * `set_running_statistics`: every batch is normalised with its own mean and biased variance, and the
 * result is the average of these over batches, weighted by batch size. The variance between batch
 * means is not added, so this is not the pooled variance, and it depends on how images are batched.
 */
export type BatchStatistics = ReadonlyMap<string, ChannelStatistics>;

export interface ChannelStatistics {
  /** One entry per active channel. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** What a calibration graph gives for one batch. */
export interface BatchObservation {
  /** Images in the batch. */
  readonly imagesCount: number;
  /** All BatchNorms' batch means, one after another in execution order. */
  readonly means: ArrayLike<number>;
  /** The biased variances, in the same order. */
  readonly variances: ArrayLike<number>;
}

/** The statistics that the checkpoint carries, cut to the subnet's channels. */
export function runningStatistics(subnet: SubnetLayers): BatchStatistics {
  return new Map(
    batchNormsOf(subnet.layers).map((norm) => [
      norm.key,
      {
        mean: Float64Array.from(norm.runningMean),
        variance: Float64Array.from(norm.runningVariance),
      },
    ]),
  );
}

/**
 * The average of several batches' statistics, weighted by batch size. Sums are double precision, in
 * the order given. Throws RangeError without batches or when one has another number of channels.
 */
export function averageStatistics(
  subnet: SubnetLayers,
  batches: readonly BatchObservation[],
): BatchStatistics {
  const norms = batchNormsOf(subnet.layers);
  const channels = norms.reduce((sum, norm) => sum + norm.channels, 0);
  const imagesCount = batches.reduce((sum, batch) => sum + batch.imagesCount, 0);
  if (imagesCount === 0) throw new RangeError("batch statistics: no images to average over");

  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (const batch of batches) {
    if (batch.means.length !== channels || batch.variances.length !== channels) {
      throw new RangeError(
        `batch statistics: got ${batch.means.length} means and ${batch.variances.length} variances, ` +
          `expected ${channels} of each`,
      );
    }
    const weight = batch.imagesCount / imagesCount;
    for (let i = 0; i < channels; i++) {
      mean[i] = (mean[i] as number) + weight * (batch.means[i] as number);
      variance[i] = (variance[i] as number) + weight * (batch.variances[i] as number);
    }
  }
  return splitByKey(norms, mean, variance);
}

/** Plain JSON: `{"<key>": {"mean": [], "variance": []}}`. */
export function statisticsToJson(
  statistics: BatchStatistics,
): Record<string, { mean: number[]; variance: number[] }> {
  return Object.fromEntries(
    [...statistics].map(([key, { mean, variance }]) => [
      key,
      { mean: [...mean], variance: [...variance] },
    ]),
  );
}

function splitByKey(
  norms: readonly BatchNorm[],
  mean: Float64Array,
  variance: Float64Array,
): BatchStatistics {
  const statistics = new Map<string, ChannelStatistics>();
  let start = 0;
  for (const { key, channels } of norms) {
    const end = start + channels;
    statistics.set(key, { mean: mean.slice(start, end), variance: variance.slice(start, end) });
    start = end;
  }
  return statistics;
}
