/**
 * Quantile of Student's t distribution: the t with P(T <= t) = `probability`. Found by bisection of
 * the distribution function, to about 1e-9; speed does not matter here.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1) || !(degreesOfFreedom >= 1)) {
    throw new RangeError(
      `studentQuantile: got probability ${probability} and ${degreesOfFreedom} degrees of freedom`,
    );
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (studentCdf(high, degreesOfFreedom) < probability) high *= 2;
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T <= t) for t >= 0 by the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4, which are
 * exact for whole degrees of freedom.
 */
function studentCdf(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan2(t, Math.sqrt(degreesOfFreedom));
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const isOdd = degreesOfFreedom % 2 === 1;
  // Terms cos^(odd or even power) with growing fractions 2/3 * 4/5 ... or 1/2 * 3/4 ...
  let term = isOdd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < degreesOfFreedom; k += 2) {
    term *= (cosine ** 2 * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 + within) / 2;
}

/** P(|T| >= |t|): the two-sided p-value of a t statistic. NaN where the statistic is. */
export function studentTwoSidedP(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t) || !(degreesOfFreedom >= 1)) return Number.NaN;
  if (!Number.isFinite(t)) return 0;
  return Math.max(0, 2 * (1 - studentCdf(Math.abs(t), degreesOfFreedom)));
}
