import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendallTau } from "./kendall-tau.js";
import { comparePaired } from "./paired.js";
import { studentQuantile } from "./student-t.js";
import { summarise } from "./summary.js";

describe("kendallTau", () => {
  it("equals known values", () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // One of six pairs is turned round: (5 - 1) / 6.
    expect(kendallTau([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(2 / 3, 12);
    // The example in the documentation of SciPy's kendalltau, which has ties on both sides.
    expect(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12);
  });

  it("is NaN where there is no order", () => {
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(kendallTau([1], [1])).toBeNaN();
  });

  it("is symmetric, turns its sign with the order, and stays between -1 and 1", () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer()), {
      minLength: 2,
      maxLength: 20,
    });
    fc.assert(
      fc.property(pairs, (both) => {
        const a = both.map(([first]) => first);
        const b = both.map(([, second]) => second);
        const tau = kendallTau(a, b);
        expect(kendallTau(b, a)).toEqual(tau);
        if (Number.isNaN(tau)) return;
        expect(Math.abs(tau)).toBeLessThanOrEqual(1 + 1e-12);
        expect(
          kendallTau(
            a,
            b.map((value) => -value),
          ) + tau,
        ).toBeCloseTo(0, 12);
        expect(
          kendallTau(
            a.map((value) => 3 * value + 1),
            b,
          ),
        ).toBeCloseTo(tau, 12);
      }),
    );
  });
});

describe("summarise", () => {
  it("gives mean, sample deviation and interpolated quartiles", () => {
    expect(summarise([4, 1, 3, 2])).toEqual({
      mean: 2.5,
      sd: Math.sqrt(5 / 3),
      min: 1,
      quartile1: 1.75,
      median: 2.5,
      quartile3: 3.25,
      max: 4,
    });
    expect(summarise([7]).sd).toBeNaN();
    expect(() => summarise([])).toThrow(RangeError);
  });
});

describe("comparePaired", () => {
  it("gives the t-interval of the mean difference and counts wins", () => {
    const comparison = comparePaired([3, 5, 4, 6], [2, 5, 5, 3]);
    expect(comparison).toMatchObject({ pairs: 4, meanDifference: 0.75 });
    expect(comparison).toMatchObject({ wins: 2, ties: 1, losses: 1 });
    // Differences 1, 0, -1, 3: deviation 1.7078, t 3.1824, half width 3.1824 * 1.7078 / 2.
    expect(comparison.interval[0]).toBeCloseTo(0.75 - 2.7175, 3);
    expect(studentQuantile(0.975, 9)).toBeCloseTo(2.2621572, 6);
  });

  it("has no interval for one pair", () => {
    expect(comparePaired([1], [0]).interval[0]).toBeNaN();
  });
});
