/** Mean, standard deviation and, of paired differences, a 95 % interval (normal quantile). */
export interface Summary {
  readonly mean: number;
  readonly sd: number;
  /** Half width of the 95 % interval of the mean. */
  readonly halfWidth: number;
}

export function summarise(values: readonly number[]): Summary {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const sd = Math.sqrt(variance);
  return { mean, sd, halfWidth: (1.96 * sd) / Math.sqrt(values.length) };
}
