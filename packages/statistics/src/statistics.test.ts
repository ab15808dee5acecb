import { describe, expect, test } from "vitest";
import { bootstrapInterval, studentInterval } from "./intervals.js";
import { noiseFloor } from "./noise-floor.js";
import { comparePaired } from "./paired.js";
import { ranks, spearman, wholeReliability } from "./rank-correlation.js";
import { evaluationsToReach, reachOf } from "./reach.js";
import { signedRankP } from "./signed-rank.js";
import { studentQuantile, studentTwoSidedP } from "./student-t.js";
import { mean, median, quantile, spreadOf, standardDeviation } from "./summary.js";

describe("summary", () => {
  test("gives mean, sample standard deviation, median and ends", () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardDeviation([1])).toBeNaN();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });
});

describe("quantile", () => {
  test("interpolates between order statistics as R and NumPy do by default", () => {
    expect(quantile([10, 1, 3, 2, 4], 0.9)).toBeCloseTo(7.6, 12);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.05)).toBe(5);
    expect(quantile([], 0.5)).toBeNaN();
  });

  test("keeps what was never reached at infinity", () => {
    const { POSITIVE_INFINITY: never } = Number;
    expect(quantile([3, never, never], 0.5)).toBe(never);
    expect(quantile([3, 5, never], 0.5)).toBe(5);
  });

  test("refuses what is no probability", () => {
    expect(() => quantile([1], 1.5)).toThrow("got probability 1.5, allowed is 0 to 1");
  });
});

describe("intervals of the mean", () => {
  const values = [4.2, 4.8, 5.1, 4.9, 5.5, 4.4, 5.0, 4.7];

  test("Student's is the mean plus and minus t times the standard error", () => {
    const [low, high] = studentInterval(values);
    // Mean 4.825, sd 0.4062, t(0.975, 7) = 2.3646.
    expect(low).toBeCloseTo(4.825 - (2.3646 * 0.4062) / Math.sqrt(8), 3);
    expect(high).toBeCloseTo(4.825 + (2.3646 * 0.4062) / Math.sqrt(8), 3);
    expect(studentInterval([1])[0]).toBeNaN();
  });

  test("the bootstrap's is close to it, and the same each time", () => {
    const interval = bootstrapInterval(values);
    expect(bootstrapInterval(values)).toEqual(interval);
    expect(bootstrapInterval(values, { seed: 1 })).not.toEqual(interval);
    expect(interval[0]).toBeCloseTo(4.56, 1);
    expect(interval[1]).toBeCloseTo(5.08, 1);
  });
});

describe("signedRankP", () => {
  test("is exact for few differences: the depression scores of R's documentation", () => {
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    expect(signedRankP(first.map((x, i) => x - (second[i] ?? 0)))).toBeCloseTo(0.0390625, 10);
  });

  test("uses the normal approximation with ties, and leaves zeros out", () => {
    // Rank sum 19 of mean 10.5 and variance 22.75 - 30 / 48: z = 8 / sqrt(22.125) = 1.7008.
    expect(signedRankP([1, 1, 2, -1, 3, 2, 0])).toBeCloseTo(0.08897, 4);
    expect(signedRankP([0, 0])).toBe(1);
  });
});

test("studentTwoSidedP turns the tables' quantiles back into probabilities", () => {
  expect(studentTwoSidedP(2.2621572, 9)).toBeCloseTo(0.05, 7);
  expect(studentTwoSidedP(-2.2621572, 9)).toBeCloseTo(0.05, 7);
  expect(studentTwoSidedP(0, 5)).toBeCloseTo(1, 12);
  expect(studentTwoSidedP(Number.NaN, 5)).toBeNaN();
});

describe("reach", () => {
  test("counts evaluations from 1 and knows never", () => {
    expect(evaluationsToReach([null, 70, 72, 75], 72)).toBe(3);
    expect(evaluationsToReach([null, 70], 72)).toBe(Number.POSITIVE_INFINITY);
  });

  test("takes runs that never reach it for later than all others", () => {
    const courses = [[80], [70, 80], [70, 70]];
    expect(reachOf(courses, 80)).toEqual({ share: 2 / 3, medianEvaluations: 2 });
    expect(reachOf(courses, 90).medianEvaluations).toBe(Number.POSITIVE_INFINITY);
  });
});

test("noiseFloor is the median deviation within groups of two and more", () => {
  const values = [90, 92, 80, 80.2, 80.4, 50, Number.NaN];
  const groups = ["a", "a", "b", "b", "b", "c", "a"];
  const floor = noiseFloor(values, (place) => groups[place]);
  // Deviations 1.4142 and 0.2.
  expect(floor.medianSd).toBeCloseTo((Math.SQRT2 + 0.2) / 2, 10);
  expect(floor).toMatchObject({ groups: 2, values: 5 });
});

describe("rank correlation", () => {
  test("shares ranks among equals", () => {
    expect(ranks([10, 20, 10, 30])).toEqual([1.5, 3, 1.5, 4]);
  });

  test("sees order alone", () => {
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // 1 - 6 * (sum of squared rank differences) / (n (n^2 - 1)) = 1 - 6 * 4 / 60.
    expect(spearman([1, 2, 3, 4], [2, 1, 4, 3])).toBeCloseTo(0.6, 12);
    expect(spearman([1, 1], [1, 2])).toBeNaN();
  });

  test("steps half a set up to a whole one", () => {
    expect(wholeReliability(0.8)).toBeCloseTo(1.6 / 1.8, 12);
  });
});

test.each([
  [1, 12.7062047],
  [2, 4.3026527],
  [4, 2.7764451],
  [9, 2.2621572],
  [19, 2.0930241],
  [30, 2.0422725],
])("studentQuantile(0.975) with %i degrees of freedom is that of the tables", (df, quantile) => {
  expect(studentQuantile(0.975, df)).toBeCloseTo(quantile, 6);
  expect(studentQuantile(0.025, df)).toBeCloseTo(-quantile, 6);
});

describe("comparePaired", () => {
  test("gives the t-interval of the mean difference and counts wins", () => {
    const comparison = comparePaired([3, 5, 4, 6], [2, 5, 5, 3]);
    expect(comparison).toMatchObject({ pairs: 4, wins: 2, ties: 1, losses: 1 });
    expect(comparison.meanDifference).toBe(0.75);
    // Differences 1, 0, -1, 3: deviation 1.7078, t 3.1824, half width 3.1824 * 1.7078 / 2.
    expect(comparison.interval[0]).toBeCloseTo(0.75 - 2.7175, 3);
    expect(comparison.interval[1]).toBeCloseTo(0.75 + 2.7175, 3);
    // t = 0.75 / (1.7078 / 2) = 0.8783 with 3 degrees of freedom.
    expect(comparison.pStudent).toBeCloseTo(0.4444, 3);
    expect(comparePaired([1, 1], [1, 1])).toMatchObject({ pStudent: 1, pSignedRank: 1 });
  });

  test("has no interval for one pair", () => {
    expect(comparePaired([1], [0]).interval[0]).toBeNaN();
  });
});
