import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyExtent, costExtent, roundStep } from "./axes.js";

const wide = { name: "wide", width: 960, height: 400 } as const;

describe("accuracyExtent", () => {
  it("holds every value, stays within 0 and 100 and has few ticks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const { min, max, interval } = accuracyExtent(values);
          expect(min).toBeGreaterThanOrEqual(0);
          expect(max).toBeLessThanOrEqual(100);
          expect(min).toBeLessThanOrEqual(Math.min(...values));
          expect(max).toBeGreaterThanOrEqual(Math.max(...values));
          expect((max - min) / interval).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  it("does not magnify the noise of equal results", () => {
    expect(accuracyExtent([77.76])).toEqual({ min: 77.2, max: 77.9, interval: 0.1 });
  });
});

describe("costExtent", () => {
  it("gives one value a range to stand in", () => {
    const { min, max } = costExtent([300_000_000], wide);
    expect(min).toBeLessThan(300_000_000);
    expect(max).toBeGreaterThan(300_000_000);
  });
});

describe("roundStep", () => {
  it("goes up to the next 1, 2 or 5 of a power of ten", () => {
    expect([0.03, 0.9, 1.1, 2, 3, 7].map(roundStep)).toEqual([0.05, 1, 2, 2, 5, 10]);
  });
});
