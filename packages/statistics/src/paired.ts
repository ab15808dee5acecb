import { bootstrapInterval, type Interval, studentInterval } from "./intervals.js";
import { signedRankP } from "./signed-rank.js";
import { studentTwoSidedP } from "./student-t.js";
import { mean, standardDeviation } from "./summary.js";

/** How two searchers compare that were given the same seeds. */
export interface PairedComparison {
  readonly pairs: number;
  readonly meanDifference: number;
  /** 95 % t-interval of the mean difference; NaN for fewer than two pairs. */
  readonly interval: Interval;
  /** The same by bootstrap over the pairs. */
  readonly bootstrap: Interval;
  /** Two-sided p-value of the paired t-test; NaN for fewer than two pairs. */
  readonly pStudent: number;
  /** Two-sided p-value of Wilcoxon's signed-rank test; NaN for no pairs. */
  readonly pSignedRank: number;
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
  return {
    pairs,
    meanDifference,
    interval: studentInterval(differences),
    bootstrap: bootstrapInterval(differences),
    pStudent: pOfMean(differences),
    pSignedRank: pairs === 0 ? Number.NaN : signedRankP(differences),
    wins: differences.filter((difference) => difference > 0).length,
    ties: differences.filter((difference) => difference === 0).length,
    losses: differences.filter((difference) => difference < 0).length,
  };
}

function pOfMean(differences: readonly number[]): number {
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  // All differences alike: certain, unless they are zero.
  if (error === 0) return mean(differences) === 0 ? 1 : 0;
  return studentTwoSidedP(mean(differences) / error, differences.length - 1);
}
