import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrowingMap } from "./growing-map.js";

const keys = [..."abcdefgh"];

describe("GrowingMap", () => {
  it("behaves as a Map of each version whose entries stay, also when old versions grow", () => {
    const step = fc.tuple(fc.nat(), fc.constantFrom(...keys));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const versions = [{ grown: GrowingMap.empty<number>(), plain: new Map<string, number>() }];
        for (const [value, key] of steps) {
          const from = versions[value % versions.length];
          if (!from) continue;
          const plain = new Map(from.plain);
          if (!plain.has(key)) plain.set(key, value);
          versions.push({ grown: from.grown.with(key, value), plain });
        }
        for (const { grown, plain } of versions) {
          expect(grown.size).toBe(plain.size);
          for (const key of keys) expect(grown.get(key)).toBe(plain.get(key));
          expect(grown.among(keys)).toEqual([...plain.values()]);
        }
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});
