import { ranks } from "./rank-correlation.js";

/**
 * Two-sided p-value of Wilcoxon's signed-rank test that differences are symmetric about zero. Zeros
 * are left out, ties share ranks. Exact for up to 20 differences without ties, else the normal
 * approximation with corrections for ties and continuity. 1 when all differences are zero.
 */
export function signedRankP(differences: readonly number[]): number {
  const counted = differences.filter((difference) => difference !== 0);
  const n = counted.length;
  if (n === 0) return 1;
  const sizes = counted.map(Math.abs);
  const rankOf = ranks(sizes);
  const positive = counted.reduce(
    (sum, difference, i) => (difference > 0 ? sum + (rankOf[i] as number) : sum),
    0,
  );
  const hasTies = new Set(sizes).size < n;
  return n <= 20 && !hasTies ? exactP(positive, n) : normalP(positive, n, sizes);
}

/** Counts the subsets of the ranks 1 to n whose sum is as far from the middle. */
function exactP(positive: number, n: number): number {
  const total = (n * (n + 1)) / 2;
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = total; sum >= rank; sum--) {
      ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number);
    }
  }
  const smaller = Math.min(positive, total - positive);
  let tail = 0;
  for (let sum = 0; sum <= smaller; sum++) tail += ways[sum] as number;
  return Math.min(1, (2 * tail) / 2 ** n);
}

function normalP(positive: number, n: number, sizes: readonly number[]): number {
  const centre = (n * (n + 1)) / 4;
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const tied = [...counts.values()].reduce((sum, count) => sum + (count ** 3 - count), 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tied / 48;
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(positive - centre) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * upperNormal(distance));
}

/** P(Z >= z) for z >= 0; Abramowitz and Stegun 26.2.17, off by at most 7.5e-8. */
function upperNormal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
