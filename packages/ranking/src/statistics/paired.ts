import { studentQuantile } from "./student-t.js";
import { mean, standardDeviation } from "./summary.js";

/** How two ways to rank compare that were given the same trials. */
export interface PairedComparison {
  readonly pairs: number;
  readonly meanDifference: number;
  /** 95 % t-interval of the mean difference; NaN for fewer than two pairs. */
  readonly interval: readonly [number, number];
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** Differences `ours[i] - theirs[i]`, a win where it is positive. */
export function comparePaired(
  ours: readonly number[],
  theirs: readonly number[],
): PairedComparison {
  if (ours.length !== theirs.length) {
    throw new RangeError(`comparePaired: got ${ours.length} and ${theirs.length} values`);
  }
  const differences = ours.map((value, i) => value - (theirs[i] as number));
  const pairs = differences.length;
  const meanDifference = mean(differences);
  const reach =
    pairs < 2
      ? Number.NaN
      : (studentQuantile(0.975, pairs - 1) * standardDeviation(differences)) / Math.sqrt(pairs);
  return {
    pairs,
    meanDifference,
    interval: [meanDifference - reach, meanDifference + reach],
    wins: differences.filter((difference) => difference > 0).length,
    ties: differences.filter((difference) => difference === 0).length,
    losses: differences.filter((difference) => difference < 0).length,
  };
}
