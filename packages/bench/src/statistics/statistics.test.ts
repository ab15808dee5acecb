import { describe, expect, test } from "vitest";
import { comparePaired } from "./paired.js";
import { ranks, spearman, wholeReliability } from "./rank-correlation.js";
import { studentQuantile } from "./student-t.js";
import { mean, median, spreadOf, standardDeviation } from "./summary.js";

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
  });

  test("has no interval for one pair", () => {
    expect(comparePaired([1], [0]).interval[0]).toBeNaN();
  });
});
