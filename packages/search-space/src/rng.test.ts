import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng, fnv1a } from "./rng.js";

const runs = { seed: 7, numRuns: 100 };

function draws(count: number, ...keys: (string | number)[]): number[] {
  const rng = createRng(...keys);
  return Array.from({ length: count }, () => rng.next());
}

describe("createRng", () => {
  it("draws the same numbers for the same keys, whatever else was drawn", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.string()), { maxLength: 4 }), (keys) => {
        const first = createRng(...keys);
        const other = createRng(...keys, "other");
        const mixed = Array.from({ length: 20 }, () => {
          other.next();
          return first.next();
        });
        expect(mixed).toEqual(draws(20, ...keys));
      }),
      runs,
    );
  });

  it("draws the numbers it drew when this test was written, so old journals replay", () => {
    expect(draws(3, 0, "evolution", 1).map((x) => x.toFixed(8))).toMatchInlineSnapshot(`
      [
        "0.70898094",
        "0.52849315",
        "0.39419057",
      ]
    `);
  });

  it("draws other numbers for other keys, their order and their borders", () => {
    const all = [draws(4, 1, 2), draws(4, 2, 1), draws(4, 12), draws(4, "1", "", "2"), draws(4)];
    expect(new Set(all.map(String)).size).toBe(all.length);
  });

  it("is uniform over neighbouring seeds and within one sequence (chi-square, 10 bins)", () => {
    const chiSquare = (numbers: readonly number[]): number => {
      const bins = new Array<number>(10).fill(0);
      for (const x of numbers) {
        const bin = Math.floor(x * 10);
        bins[bin] = (bins[bin] as number) + 1;
      }
      const expected = numbers.length / 10;
      return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    };
    const firstOfEach = Array.from({ length: 20_000 }, (_, seed) => createRng(seed, "x", 1).next());
    // 27.9 is the 99.9 % point with 9 degrees of freedom.
    expect(chiSquare(firstOfEach)).toBeLessThan(27.9);
    expect(chiSquare(draws(20_000, 3))).toBeLessThan(27.9);
  });

  it("keeps integers below their bound and reaches all of them", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, bound) => {
        const rng = createRng(seed);
        const drawn = new Set(Array.from({ length: 400 }, () => rng.int(bound)));
        expect([...drawn].sort((a, b) => a - b)).toEqual([...new Array(bound).keys()]);
      }),
      runs,
    );
  });

  it("refuses to pick from nothing", () => {
    expect(() => createRng(1).pick([])).toThrow(RangeError);
  });
});

describe("fnv1a", () => {
  it("is the published function", () => {
    expect(fnv1a("")).toBe(0x811c9dc5);
    expect(fnv1a("a")).toBe(0xe40c292c);
    expect(fnv1a("foobar")).toBe(0xbf9cf968);
  });
});
