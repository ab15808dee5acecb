import { createRng } from "@collm/search-space";
import { studentQuantile } from "./student-t.js";
import { mean, quantile, standardDeviation } from "./summary.js";

export type Interval = readonly [low: number, high: number];

/** Student's interval of the mean; NaN for fewer than two values. */
export function studentInterval(values: readonly number[], confidence = 0.95): Interval {
  const centre = mean(values);
  if (values.length < 2) return [Number.NaN, Number.NaN];
  const reach =
    (studentQuantile((1 + confidence) / 2, values.length - 1) * standardDeviation(values)) /
    Math.sqrt(values.length);
  return [centre - reach, centre + reach];
}

/**
 * Percentile bootstrap of the mean, for values that are far from normal such as accuracies close to
 * a benchmark's optimum. The draws depend on `seed` alone, so a table can be made again.
 */
export function bootstrapInterval(
  values: readonly number[],
  options: {
    readonly confidence?: number;
    readonly resamples?: number;
    readonly seed?: number;
  } = {},
): Interval {
  const { confidence = 0.95, resamples = 2_000, seed = 0 } = options;
  if (values.length < 2) return [Number.NaN, Number.NaN];
  const rng = createRng("bootstrap", seed);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[rng.int(values.length)] as number;
    return sum / values.length;
  });
  return [quantile(means, (1 - confidence) / 2), quantile(means, (1 + confidence) / 2)];
}
