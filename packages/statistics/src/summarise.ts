import { mean, quantile, standardDeviation } from "./summary.js";

/** Middle, spread and quartiles of some values. */
export interface Summary {
  readonly mean: number;
  /** Sample standard deviation (divided by n - 1); NaN for one value. */
  readonly sd: number;
  readonly min: number;
  readonly quartile1: number;
  readonly median: number;
  readonly quartile3: number;
  readonly max: number;
}

/** Summary of at least one value. */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("summarise: got no values, allowed is one or more");
  return {
    mean: mean(values),
    sd: standardDeviation(values),
    min: quantile(values, 0),
    quartile1: quantile(values, 0.25),
    median: quantile(values, 0.5),
    quartile3: quantile(values, 0.75),
    max: quantile(values, 1),
  };
}
