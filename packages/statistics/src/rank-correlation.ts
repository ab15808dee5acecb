import { mean } from "./summary.js";

/** Rank of each value, 1 the smallest; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    let smaller = 0;
    let equal = 0;
    for (const other of values) {
      if (other < value) smaller++;
      else if (other === value) equal++;
    }
    return smaller + (equal + 1) / 2;
  });
}

/** Spearman's rank correlation; NaN when one side is constant. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length)
    throw new RangeError(`spearman: got ${a.length} and ${b.length} values`);
  return pearson(ranks(a), ranks(b));
}

/**
 * Reliability of a whole from the correlation of its two halves (Spearman-Brown): what a second,
 * equally large set would correlate with the first.
 */
export function wholeReliability(halvesCorrelation: number): number {
  return (2 * halvesCorrelation) / (1 + halvesCorrelation);
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const centreA = mean(a);
  const centreB = mean(b);
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  a.forEach((value, i) => {
    const fromA = value - centreA;
    const fromB = (b[i] as number) - centreB;
    product += fromA * fromB;
    squaresA += fromA ** 2;
    squaresB += fromB ** 2;
  });
  return product / Math.sqrt(squaresA * squaresB);
}
