import { requireChoices } from "../genotype.js";
import { show } from "../reasons.js";
import type { Architecture, Legality, SearchSpace } from "../space.js";
import { autoFormerCost } from "./cost.js";
import {
  type AutoFormerNotation,
  autoFormerNotation,
  autoFormerNotationOfCanonical,
  canonicalAutoFormer,
  layoutAutoFormer,
} from "./genotype.js";
import { cuttableRules, readAutoFormerNotation, searchRules } from "./legality.js";
import type { AutoFormerSpec } from "./spec.js";
import { autoFormerJsonSchema, describeAutoFormer } from "./words.js";

/** The search space of an AutoFormer supernet: the choices of its spec. */
export function createAutoFormerSpace(spec: AutoFormerSpec): SearchSpace {
  const layout = layoutAutoFormer(spec);
  const rules = searchRules(spec);

  const canonicalise = (choices: readonly number[]): Architecture => {
    requireChoices(layout.genes, choices);
    const genes = layout.genesOf(choices);
    return { canonical: canonicalAutoFormer(genes), choices: layout.choicesOf(genes) };
  };
  const legality = (notation: unknown): Legality => {
    const read = readAutoFormerNotation(rules, notation);
    return read.kind === "genes"
      ? { kind: "legal", architecture: canonicalise(layout.choicesOf(read.genes)) }
      : { kind: "illegal", reasons: read.problems };
  };
  const notationOf = ({ choices }: Architecture) => autoFormerNotation(layout.genesOf(choices));

  // Every choice list ascends and every cost grows with every gene.
  const cheapest = canonicalise(layout.genes.map(() => 0));
  const middle = canonicalise(layout.genes.map((gene) => Math.floor(gene.choices.length / 2)));

  return {
    spec,
    genes: layout.genes,
    isActive: layout.isActive,
    canonicalise,
    legality,
    parse: (canonical) => {
      const notation = autoFormerNotationOfCanonical(canonical);
      const read = notation && legality(notation);
      // One network has one string: `m4.0h3` would read as `m4h3` but is another key in a store.
      if (read?.kind === "illegal" || read?.architecture.canonical === canonical) return read;
      return {
        kind: "illegal",
        reasons: [`${show(canonical)} is not a canonical string of this space`],
      };
    },
    notation: notationOf,
    fileNotation: notationOf,
    cost: ({ choices }) => autoFormerCost(spec, layout.genesOf(choices)),
    cheapest: () => cheapest,
    jsonSchema: () => autoFormerJsonSchema(spec),
    describe: () => describeAutoFormer(spec, notationOf(middle)),
  };
}

/**
 * The spec with the notation's values as its only choices, and the notation without entries of layers
 * that do not run, if the tensors can be cut to them; else every reason why not. The supernet stays
 * the same, so identity and cost do too.
 */
export function narrowAutoFormerSpec(
  spec: AutoFormerSpec,
  notation: unknown,
):
  | {
      readonly kind: "spec";
      readonly spec: AutoFormerSpec;
      readonly notation: AutoFormerNotation;
    }
  | { readonly kind: "illegal"; readonly reasons: readonly string[] } {
  const read = readAutoFormerNotation(cuttableRules(spec), notation);
  if (read.kind === "problems") return { kind: "illegal", reasons: read.problems };
  const { depth, embedDim, mlpRatios, heads } = read.genes;
  const ascending = (values: readonly number[]): number[] =>
    [...new Set(values)].sort((a, b) => a - b);
  return {
    kind: "spec",
    notation: autoFormerNotation(read.genes),
    spec: {
      ...spec,
      depths: [depth],
      embedDims: [embedDim],
      mlpRatios: ascending(mlpRatios),
      headChoices: ascending(heads),
    },
  };
}
