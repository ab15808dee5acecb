import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CostKind } from "../cost.js";
import { createSearchSpace } from "../create.js";
import { createRng } from "../rng.js";
import { sampleUniform, shrinkWithin } from "../sampling.js";
import type { Architecture, SearchSpace } from "../space.js";
import { type SpaceSpec, spaceSpecSchema } from "../spec.js";
import { crossover, mutate } from "../variation.js";
import { findSchemaViolation } from "./json-schema.js";

const runs = { seed: 20_260_517, numRuns: 30 };

/** Data sets and benchmarks that a prompt must never name: a model may have read their results. */
const leaks =
  /image-?net|cifar|digits|mnist|\bofa\b|once-for-all|mobilenet|shufflenet|spos|autoformer|nas-?bench|\d %/iu;

/**
 * What every search space keeps. Call it once for each family and each size it comes in.
 *
 * @param name shown in the test titles.
 */
export function describeSearchSpace(name: string, spec: SpaceSpec): void {
  const space = createSearchSpace(spec);
  const encoding = fc.tuple(...space.genes.map((gene) => fc.nat(gene.choices.length - 1)));
  const seed = fc.nat();

  describe(`search space ${name}`, () => {
    it("is rebuilt from its specification as JSON", () => {
      const copy = spaceSpecSchema.parse(JSON.parse(JSON.stringify(spec)));
      expect(createSearchSpace(copy).genes).toEqual(space.genes);
    });

    it("has genes with unique names and at least one choice each", () => {
      expect(new Set(space.genes.map((gene) => gene.name)).size).toBe(space.genes.length);
      expect(space.genes.every((gene) => gene.choices.length > 0)).toBe(true);
      expect(space.genes.every((gene) => new Set(gene.choices).size === gene.choices.length)).toBe(
        true,
      );
    });

    it("gives encodings that differ only in inactive genes one architecture", () => {
      fc.assert(
        fc.property(encoding, encoding, (choices, noise) => {
          const disturbed = choices.map((choice, gene) =>
            space.isActive(gene, choices) ? choice : (noise[gene] as number),
          );
          expect(space.canonicalise(disturbed)).toEqual(space.canonicalise(choices));
        }),
        runs,
      );
    });

    it("gives encodings that differ in an active gene two architectures", () => {
      fc.assert(
        fc.property(encoding, seed, (choices, number) => {
          const { gene, changed } = changeActiveGene(space, choices, number);
          fc.pre(changed !== undefined);
          expect(space.canonicalise(changed ?? []).canonical, space.genes[gene]?.name).not.toBe(
            space.canonicalise(choices).canonical,
          );
        }),
        runs,
      );
    });

    it("canonicalises a canonical form to itself, with choice 0 for inactive genes", () => {
      fc.assert(
        fc.property(encoding, (choices) => {
          const architecture = space.canonicalise(choices);
          expect(space.canonicalise(architecture.choices)).toEqual(architecture);
          architecture.choices.forEach((choice, gene) => {
            expect(space.isActive(gene, choices) ? choices[gene] : 0).toBe(choice);
          });
        }),
        runs,
      );
    });

    it("refuses a choice outside its gene", () => {
      const zeros = space.genes.map(() => 0);
      expect(() => space.canonicalise([99, ...zeros.slice(1)])).toThrow(RangeError);
      expect(() => space.canonicalise([-1, ...zeros.slice(1)])).toThrow(RangeError);
      expect(() => space.canonicalise(zeros.slice(1))).toThrow(RangeError);
    });

    it("reads back its canonical strings and its notation, also as JSON", () => {
      fc.assert(
        fc.property(encoding, (choices) => {
          const architecture = space.canonicalise(choices);
          const legal = { kind: "legal", architecture };
          const notation = space.notation(architecture);
          expect(space.parse(architecture.canonical)).toEqual(legal);
          expect(space.legality(notation)).toEqual(legal);
          expect(space.legality(JSON.parse(JSON.stringify(notation)))).toEqual(legal);
        }),
        runs,
      );
    });

    it("answers anything that is no architecture with reasons, and never throws", () => {
      const junk = fc.oneof(
        fc.anything({ withBigInt: true, withNullPrototype: true, withObjectString: true }),
        fc.dictionary(
          fc.constantFrom("ks", "e", "d", "r", "op", "layer_num", "mlp_ratio", "embed_dim"),
          fc.anything(),
        ),
      );
      fc.assert(
        fc.property(junk, fc.string(), (value, text) => {
          for (const legality of [space.legality(value), space.parse(text)]) {
            expect(legality.kind).toBe("illegal");
            expect(legality.kind === "illegal" && legality.reasons.length).toBeGreaterThan(0);
          }
        }),
        { ...runs, numRuns: 200 },
      );
    });

    it("counts cost in positive integers that inactive genes do not change", () => {
      fc.assert(
        fc.property(encoding, (choices) => {
          const cost = space.cost(space.canonicalise(choices));
          for (const value of Object.values(cost)) {
            expect(Number.isSafeInteger(value) && value > 0).toBe(true);
          }
        }),
        runs,
      );
    });

    it.each<CostKind>(["macs", "officialFlops", "paramsCount"])(
      "finds nothing below its cheapest architecture in %s, and shrinks to that limit",
      (kind) => {
        const cheapest = space.cost(space.cheapest(kind))[kind];
        const limit = { macs: "maxMacs", officialFlops: "maxFlops", paramsCount: "maxParams" }[
          kind
        ];
        fc.assert(
          fc.property(encoding, seed, (choices, number) => {
            const architecture = space.canonicalise(choices);
            expect(space.cost(architecture)[kind]).toBeGreaterThanOrEqual(cheapest);
            const rng = createRng(number);
            const shrunk = shrinkWithin(space, architecture, { [limit]: cheapest }, rng);
            expect(shrunk && space.cost(shrunk)[kind]).toBe(cheapest);
            expect(shrinkWithin(space, architecture, { [limit]: cheapest - 1 }, rng)).toBe(
              undefined,
            );
          }),
          runs,
        );
      },
    );

    it("samples, mutates and crosses over to canonical architectures only", () => {
      fc.assert(
        fc.property(seed, (number) => {
          const rng = createRng(number);
          const parents = [sampleUniform(space, rng), sampleUniform(space, rng)] as const;
          const children = [
            ...parents,
            mutate(space, parents[0], rng, { probability: 0.5 }),
            crossover(space, ...parents, rng),
          ];
          for (const child of children) {
            expect(space.parse(child.canonical)).toEqual({ kind: "legal", architecture: child });
          }
        }),
        runs,
      );
    });

    it("leaves an architecture alone when nothing is mutated or crossed with itself", () => {
      fc.assert(
        fc.property(encoding, seed, (choices, number) => {
          const parent = space.canonicalise(choices);
          const rng = createRng(number);
          expect(mutate(space, parent, rng, { probability: 0 })).toEqual(parent);
          expect(crossover(space, parent, parent, rng)).toEqual(parent);
        }),
        runs,
      );
    });

    it("reaches every choice of every gene by sampling", () => {
      const rng = createRng("reach", name);
      const reached = space.genes.map(() => new Set<number>());
      for (let i = 0; i < 400; i++) {
        const { choices } = sampleUniform(space, rng);
        choices.forEach((choice, gene) => {
          if (space.isActive(gene, choices)) reached[gene]?.add(choice);
        });
      }
      expect(reached.map((choices) => choices.size)).toEqual(
        space.genes.map((gene) => gene.choices.length),
      );
    });

    it("has a JSON schema that accepts its notations and nothing foreign", () => {
      const schema = space.jsonSchema();
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
      fc.assert(
        fc.property(encoding, (choices) => {
          const notation = space.notation(space.canonicalise(choices));
          expect(findSchemaViolation(schema, notation)).toBeUndefined();
        }),
        runs,
      );
      for (const foreign of [
        null,
        7,
        [],
        {},
        "",
        { ...asRecord(space.notation(first(space))), x: 1 },
      ]) {
        expect(findSchemaViolation(schema, foreign)).toBeDefined();
      }
    });

    it("is described with every dimension and a legal example, and names no benchmark", () => {
      const words = space.describe();
      expect(words).not.toMatch(leaks);
      for (const { dimension } of space.genes) expect(words.toLowerCase()).toContain(dimension);
      expect(space.describe()).toBe(words);
    });
  });
}

function first(space: SearchSpace): Architecture {
  return space.canonicalise(space.genes.map(() => 0));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** `choices` with one active gene changed to another of its choices. */
function changeActiveGene(
  space: SearchSpace,
  choices: readonly number[],
  number: number,
): { gene: number; changed: number[] | undefined } {
  const rng = createRng(number);
  const candidates = space.genes.flatMap((gene, i) =>
    space.isActive(i, choices) && gene.choices.length > 1 ? [i] : [],
  );
  if (candidates.length === 0) return { gene: -1, changed: undefined };
  const gene = rng.pick(candidates);
  const size = space.genes[gene]?.choices.length as number;
  const step = 1 + rng.int(size - 1);
  return {
    gene,
    changed: choices.map((choice, i) => (i === gene ? (choice + step) % size : choice)),
  };
}
