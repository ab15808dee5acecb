import { describe, expect, it } from "vitest";
import { createSearchSpace } from "./create.js";
import { nasBench201Spec } from "./nas-bench-201/published.js";
import { createRng, type Rng } from "./rng.js";
import { sampleUniform } from "./sampling.js";
import { tinySpec } from "./testing/tiny-spec.js";
import { crossover, mutate, mutateOne, neighbours } from "./variation.js";

const space = createSearchSpace(tinySpec);

function geneIndex(name: string): number {
  return space.genes.findIndex((gene) => gene.name === name);
}

function read(canonical: string) {
  const legality = space.parse(canonical);
  if (legality.kind !== "legal") throw new Error(legality.reasons.join());
  return legality.architecture;
}

/** Draws the given fractions again and again. */
function scripted(...fractions: number[]): Rng {
  let drawn = 0;
  const next = (): number => fractions[drawn++ % fractions.length] as number;
  const int = (bound: number): number => Math.floor(next() * bound);
  return { next, int, pick: (list) => list[int(list.length)] as never };
}

describe("mutate", () => {
  it("draws the genes of newly running blocks anew", () => {
    const parent = read("r12/k3e1/k3e1");
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      // Only depth mutates, so kernels of running blocks stay and new ones are uniform.
      const child = mutate(space, parent, createRng(seed), {
        probability: 0,
        byDimension: { depth: 1 },
      });
      expect(child.choices[geneIndex("ks[0]")]).toBe(0);
      if (space.isActive(geneIndex("ks[1]"), child.choices)) {
        seen.add(child.choices[geneIndex("ks[1]")] as number);
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  it("uses a dimension's own probability where it has one", () => {
    const parent = read("r12/k3e1/k3e1");
    // next() decides whether, int() decides what: 0.3 is below 0.5 but not below 0.1.
    const child = mutate(space, parent, scripted(0.3, 0.99), { byDimension: { resolution: 0.5 } });
    expect(child.canonical).toBe("r20/k3e1/k3e1");
  });

  it("mutates about a tenth of the active genes by default", () => {
    const parent = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
    const rng = createRng("rate");
    let changed = 0;
    const rounds = 2_000;
    for (let i = 0; i < rounds; i++) {
      const child = mutate(space, parent, rng, { byDimension: { depth: 0 } });
      changed += child.choices.filter((choice, gene) => choice !== parent.choices[gene]).length;
    }
    // 13 genes without depth; a drawn gene keeps its value in one case of three.
    expect(changed / rounds / 13).toBeCloseTo(0.1 * (2 / 3), 2);
  });
});

describe("mutateOne", () => {
  it("changes one gene, and draws anew only what that brings to life", () => {
    const rng = createRng("one");
    for (let i = 0; i < 200; i++) {
      const parent = sampleUniform(space, rng);
      const child = mutateOne(space, parent, rng);
      const changed = space.genes.flatMap((_, gene) =>
        space.isActive(gene, parent.choices) &&
        space.isActive(gene, child.choices) &&
        parent.choices[gene] !== child.choices[gene]
          ? [gene]
          : [],
      );
      expect(changed).toHaveLength(1);
    }
  });
});

describe("neighbours", () => {
  it("are 24 in the cell space: each of 6 edges with each of 4 other operators", () => {
    const cells = createSearchSpace(nasBench201Spec("cifar10"));
    const centre = sampleUniform(cells, createRng(1));
    const around = neighbours(cells, centre);
    expect(new Set(around.map(({ canonical }) => canonical)).size).toBe(24);
    for (const { choices } of around) {
      expect(choices.filter((choice, edge) => choice !== centre.choices[edge])).toHaveLength(1);
    }
  });

  it("change no gene that is skipped, and never give the architecture itself", () => {
    const centre = read("r12/k3e1/k3e1");
    const around = neighbours(space, centre).map(({ canonical }) => canonical);
    // 2 resolutions, 2 x 2 depths, 2 x 2 kernels and 2 x 2 expansions of the running blocks.
    expect(around).toHaveLength(14);
    expect(around).not.toContain(centre.canonical);
    expect(around).toContain("r12/k3e1.k3e1/k3e1");
  });
});

describe("crossover", () => {
  it("takes every active gene from one of the parents", () => {
    const first = read("r12/k3e1/k3e1");
    const second = read("r20/k7e4.k7e4.k7e4/k5e2.k5e2.k5e2");
    for (let seed = 0; seed < 60; seed++) {
      const child = crossover(space, first, second, createRng(seed));
      child.choices.forEach((choice, gene) => {
        if (!space.isActive(gene, child.choices)) return;
        expect([first.choices[gene], second.choices[gene]]).toContain(choice);
      });
    }
  });

  it("asks the parent in which a block runs for that block's genes", () => {
    const first = read("r12/k3e1/k3e1");
    const second = read("r20/k7e4.k7e4.k7e4/k5e2.k5e2.k5e2");
    for (let seed = 0; seed < 60; seed++) {
      const child = crossover(space, first, second, createRng(seed));
      const second1 = geneIndex("ks[1]");
      if (space.isActive(second1, child.choices)) expect(child.choices[second1]).toBe(2);
    }
  });
});
