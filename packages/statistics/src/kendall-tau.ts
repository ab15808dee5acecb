/**
 * Kendall's tau-b: pairs in the same order less pairs in opposite order, over the geometric mean of
 * the pairs that each side tells apart. Without ties it is Kendall's tau. NaN where one side is
 * constant or has fewer than two values.
 *
 * All pairs are looked at; lists here have tens of entries.
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) {
    throw new RangeError(`kendallTau: got ${a.length} and ${b.length} values`);
  }
  let balance = 0;
  let apartInA = 0;
  let apartInB = 0;
  for (let i = 1; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = Math.sign((a[i] as number) - (a[j] as number));
      const signB = Math.sign((b[i] as number) - (b[j] as number));
      balance += signA * signB;
      apartInA += Math.abs(signA);
      apartInB += Math.abs(signB);
    }
  }
  return balance / Math.sqrt(apartInA * apartInB);
}
