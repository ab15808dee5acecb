import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrowingSet } from "./growing-set.js";

describe("GrowingSet", () => {
  it("behaves as a Set of each version, also when old versions grow", () => {
    const step = fc.tuple(fc.nat(), fc.constantFrom(..."abcdefgh"));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const versions: { grown: GrowingSet; plain: Set<string> }[] = [
          { grown: GrowingSet.empty, plain: new Set() },
        ];
        for (const [place, value] of steps) {
          const from = versions[place % versions.length];
          if (!from) continue;
          versions.push({ grown: from.grown.with(value), plain: new Set(from.plain).add(value) });
        }
        for (const { grown, plain } of versions) {
          expect([...grown]).toEqual([...plain]);
          expect([...grown.entries()]).toEqual([...plain.entries()]);
          expect(grown.size).toBe(plain.size);
          for (const value of "abcdefgh") expect(grown.has(value)).toBe(plain.has(value));
        }
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  it("stays itself when it holds the value already", () => {
    const grown = GrowingSet.empty.with("a");
    expect(grown.with("a")).toBe(grown);
  });
});
