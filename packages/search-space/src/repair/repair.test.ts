import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFeasible, type Limits } from "../cost.js";
import { createSearchSpace } from "../create.js";
import { publishedOfaSpec } from "../elastic-mobilenet/published.js";
import { nasBench201Spec } from "../nas-bench-201/published.js";
import { createRng } from "../rng.js";
import { sampleUniform } from "../sampling.js";
import type { Architecture, SearchSpace } from "../space.js";
import { tinyAutoFormerSpec, tinyShuffleNetSpec, tinySpec } from "../testing/tiny-spec.js";
import { nearestFeasible } from "./nearest-feasible.js";
import { nearestLegal } from "./nearest-legal.js";

/** Spaces small enough to compare with all that they hold. */
const spaces = [
  {
    ...tinySpec,
    depths: [1, 2],
    kernels: [3, 5],
    expansions: [1, 2],
    resolutions: [12, 16, 20],
  },
  {
    ...tinyShuffleNetSpec,
    stages: [
      { repeats: 2, channels: 24 },
      { repeats: 3, channels: 48 },
    ],
  },
  tinyAutoFormerSpec,
  nasBench201Spec("cifar10"),
].map(createSearchSpace);

/** Every architecture once. */
function all(space: SearchSpace): readonly Architecture[] {
  const count = space.genes.reduce((product, { choices }) => product * choices.length, 1);
  const found = new Map<string, Architecture>();
  for (let number = 0; number < count; number++) {
    let rest = number;
    const one = space.canonicalise(
      space.genes.map(({ choices }) => {
        const choice = rest % choices.length;
        rest = Math.floor(rest / choices.length);
        return choice;
      }),
    );
    found.set(one.canonical, one);
  }
  return [...found.values()];
}

/** Changed genes and steps from one architecture to another; genes that come to life are changed. */
function distance(space: SearchSpace, from: Architecture, to: Architecture): readonly number[] {
  const changed = space.genes.flatMap((_, gene) => {
    if (!space.isActive(gene, to.choices)) return [];
    const steps = Math.abs((to.choices[gene] as number) - (from.choices[gene] as number));
    return space.isActive(gene, from.choices) ? (steps > 0 ? [steps] : []) : [Math.max(1, steps)];
  });
  return [changed.length, changed.reduce((sum, steps) => sum + steps, 0)];
}

function isLess([a = 0, b = 0]: readonly number[], [c = 0, d = 0]: readonly number[]): boolean {
  return a < c || (a === c && b < d);
}

/** The limit that a share of the networks respects. */
function limitAt(space: SearchSpace, share: number, limit: "maxMacs" | "maxParams"): Limits {
  const kind = { maxMacs: "macs", maxParams: "paramsCount" } as const;
  const rng = createRng("limits", limit);
  const costs = Array.from(
    { length: 64 },
    () => space.cost(sampleUniform(space, rng))[kind[limit]],
  );
  costs.sort((a, b) => a - b);
  return { [limit]: costs[Math.floor(share * 63)] };
}

const seeds = fc.nat({ max: 2 ** 31 });

describe.each(spaces.map((space) => [space.spec.family, space] as const))("%s", (_, space) => {
  const everything = all(space);

  it("is made feasible by the smallest edit, which all others are compared with", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0, max: 0.8, noNaN: true }),
        fc.boolean(),
        (seed, share, both) => {
          const start = sampleUniform(space, createRng(seed));
          const limits = {
            ...limitAt(space, share, "maxMacs"),
            ...(both ? limitAt(space, Math.min(1, share + 0.2), "maxParams") : {}),
          };
          const feasible = everything.filter((one) => isFeasible(space.cost(one), limits));
          const repaired = nearestFeasible(space, start, limits);
          if (feasible.length === 0) return expect(repaired).toBeUndefined();
          if (!repaired) throw new RangeError("nothing was found");
          const { architecture, changes } = repaired;
          expect(isFeasible(space.cost(architecture), limits)).toBe(true);
          expect(nearestFeasible(space, architecture, limits)).toEqual({
            architecture,
            changes: [],
          });
          expect(nearestFeasible(space, start, limits)).toEqual(repaired);
          const own = distance(space, start, architecture);
          expect(changes).toHaveLength(own[0] as number);
          const nearer = feasible.find((one) => isLess(distance(space, start, one), own));
          expect(nearer).toBeUndefined();
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is made legal by the smallest edit, and a legal one stays", () => {
    fc.assert(
      fc.property(seeds, seeds, (seed, damageSeed) => {
        const start = sampleUniform(space, createRng(seed));
        const notation = space.notation(start);
        expect(nearestLegal(space, notation)).toEqual({ architecture: start, changes: [] });
        const spoilt = spoil(notation, damageSeed);
        const repaired = nearestLegal(space, spoilt);
        if (!repaired) return;
        const { architecture, changes } = repaired;
        expect(space.legality(space.notation(architecture))).toEqual({
          kind: "legal",
          architecture,
        });
        const own = changes.length;
        for (const other of everything) {
          expect(changedGenes(space, spoilt, other)).toBeGreaterThanOrEqual(own);
        }
      }),
      { numRuns: everything.length > 10_000 ? 5 : 25 },
    );
  });
});

/** Genes of `architecture` with an effect that `notation` writes otherwise. */
function changedGenes(space: SearchSpace, notation: unknown, architecture: Architecture): number {
  return space.genes.filter(({ name, choices }, gene) => {
    if (!space.isActive(gene, architecture.choices)) return false;
    const [, key = "", index] = /^(.*?)(?:\[(\d+)\])?$/.exec(name) ?? [];
    const record = notation as Record<string, unknown>;
    const list = Array.isArray(notation) ? notation : record[key];
    const written = Array.isArray(list) ? list[Number(index ?? 0)] : list;
    return written !== choices[architecture.choices[gene] as number];
  }).length;
}

/** Some values replaced and some lists cut, as models do. */
function spoil(notation: unknown, seed: number): unknown {
  const rng = createRng("spoil", seed);
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const list = value.map(change);
      return rng.next() < 0.2 ? list.slice(0, rng.int(list.length + 1)) : list;
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]));
    }
    return rng.next() < 0.3 ? rng.pick([4, 999, "wide", null, 3.6]) : value;
  };
  return change(notation);
}

describe("repair", () => {
  it("says what it changed", () => {
    const space = createSearchSpace(publishedOfaSpec(1));
    const notation = space.notation(sampleUniform(space, createRng(1))) as Record<string, unknown>;
    expect(nearestLegal(space, { ...notation, r: 200, why: "x" })?.changes).toEqual([
      "r: 200 -> 192",
    ]);
    expect(nearestLegal(space, { ...notation, r: undefined })?.changes).toEqual([
      "r: nothing -> 160",
    ]);
    expect(nearestLegal(space, "wide and deep")).toBeUndefined();
  });

  it("needs one change of the resolution where that is enough, and is done soon", () => {
    const space = createSearchSpace(publishedOfaSpec(1));
    const largest = space.canonicalise(space.genes.map(({ choices }) => choices.length - 1));
    const { macs } = space.cost(largest);
    expect(nearestFeasible(space, largest, { maxMacs: 0.9 * macs })?.changes).toEqual([
      "r: 224 -> 208",
    ]);
    const startedMs = performance.now();
    const tight = nearestFeasible(space, largest, { maxMacs: 0.25 * macs });
    expect(tight?.changes.length).toBeGreaterThan(2);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(nearestFeasible(space, largest, { maxMacs: 1 })).toBeUndefined();
  });
});
