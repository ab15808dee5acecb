import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendallTau } from "./kendall-tau.js";

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
