import { batchNormSides, batchNormsOf, type SubnetLayers } from "./subnet-layers.js";

/** BatchNorm statistics of one subnet, by BatchNorm key. */
export type BatchStatistics = ReadonlyMap<string, ChannelStatistics>;

export interface ChannelStatistics {
  /** One entry per active channel. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * How batches become statistics. In every mode each batch is normalised with its own mean and biased
 * variance, the variance between batch means is not added, and the result depends on how images are
 * batched.
 *
 * - `weighted-mean`: averages weighted by batch size, biased variances; once-for-all's
 *   `set_running_statistics`.
 * - `exponential`: PyTorch's running average with momentum 0.1 from mean 0 and variance 1, unbiased
 *   variances: what single-path one-shot's search does. It remembers the last 20 to 40 batches.
 * - `cumulative`: the plain average over batches, unbiased variances (momentum 1 / i).
 */
export type StatisticsMode = "weighted-mean" | "exponential" | "cumulative";

/** PyTorch's default weight of a new batch. */
const momentum = 0.1;

/** What a calibration graph gives for one batch. */
export interface BatchObservation {
  /** Images in the batch. */
  readonly imagesCount: number;
  /** Side of the images in pixels. */
  readonly side: number;
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

/** Statistics of some batches, on the way to those of all; arrays as in {@link BatchObservation}. */
export interface PartialStatistics {
  readonly imagesDone: number;
  readonly batchesDone: number;
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** How all the batches of an estimate become statistics. */
export interface EstimatePlan {
  readonly mode: StatisticsMode;
  /** Images of all batches together. */
  readonly imagesTotal: number;
}

/** The statistics of no batch. */
export function emptyStatistics(subnet: SubnetLayers, mode: StatisticsMode): PartialStatistics {
  const channels = channelsOf(subnet);
  return {
    imagesDone: 0,
    batchesDone: 0,
    means: new Float64Array(channels),
    variances: new Float64Array(channels).fill(mode === "exponential" ? 1 : 0),
  };
}

/**
 * The statistics with one more batch; `partial` stays as it is. Sums are double precision. Throws
 * RangeError when the batch has another number of channels.
 */
export function addBatch(
  subnet: SubnetLayers,
  partial: PartialStatistics,
  batch: BatchObservation,
  { mode, imagesTotal }: EstimatePlan,
): PartialStatistics {
  const channels = partial.means.length;
  if (batch.means.length !== channels || batch.variances.length !== channels) {
    throw new RangeError(
      `batch statistics: got ${batch.means.length} means and ${batch.variances.length} variances, ` +
        `expected ${channels} of each`,
    );
  }
  const weight = {
    "weighted-mean": batch.imagesCount / imagesTotal,
    exponential: momentum,
    cumulative: 1 / (partial.batchesDone + 1),
  }[mode];
  // A weighted mean is a sum of shares; the others make room for the new batch.
  const kept = mode === "weighted-mean" ? 1 : 1 - weight;
  const corrections = mode === "weighted-mean" ? undefined : unbiased(subnet, batch);
  return {
    imagesDone: partial.imagesDone + batch.imagesCount,
    batchesDone: partial.batchesDone + 1,
    means: partial.means.map((mean, i) => kept * mean + weight * (batch.means[i] as number)),
    variances: partial.variances.map((variance, i) => {
      const observed = (batch.variances[i] as number) * (corrections?.[i] ?? 1);
      return kept * variance + weight * observed;
    }),
  };
}

/** Takes the arrays apart. Throws RangeError when they have another number of channels. */
export function statisticsByKey(
  subnet: SubnetLayers,
  { means, variances }: Pick<PartialStatistics, "means" | "variances">,
): BatchStatistics {
  const channels = channelsOf(subnet);
  if (means.length !== channels || variances.length !== channels) {
    throw new RangeError(`batch statistics: got ${means.length} means, expected ${channels}`);
  }
  const statistics = new Map<string, ChannelStatistics>();
  let start = 0;
  for (const norm of batchNormsOf(subnet.layers)) {
    const end = start + norm.channels;
    statistics.set(norm.key, {
      mean: means.slice(start, end),
      variance: variances.slice(start, end),
    });
    start = end;
  }
  return statistics;
}

/** The statistics that follow from several batches, in the order given. Throws RangeError without any. */
export function combineStatistics(
  subnet: SubnetLayers,
  batches: readonly BatchObservation[],
  mode: StatisticsMode,
): BatchStatistics {
  const imagesTotal = batches.reduce((sum, batch) => sum + batch.imagesCount, 0);
  if (imagesTotal === 0) throw new RangeError("batch statistics: no images to average over");
  const whole = batches.reduce(
    (partial, batch) => addBatch(subnet, partial, batch, { mode, imagesTotal }),
    emptyStatistics(subnet, mode),
  );
  return statisticsByKey(subnet, whole);
}

/** Channels of all BatchNorms together. */
export function channelsOf(subnet: SubnetLayers): number {
  return batchNormsOf(subnet.layers).reduce((sum, norm) => sum + norm.channels, 0);
}

/** For each channel of each BatchNorm n / (n - 1), n being the values that a batch gives it. */
function unbiased(subnet: SubnetLayers, { imagesCount, side }: BatchObservation): Float64Array {
  return Float64Array.from(
    batchNormSides(subnet.layers, side).flatMap(({ norm, side: own }) => {
      const values = imagesCount * own * own;
      return new Array<number>(norm.channels).fill(values / (values - 1));
    }),
  );
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
