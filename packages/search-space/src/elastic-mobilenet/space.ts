import { requireChoices } from "../genotype.js";
import type { Architecture, Legality, SearchSpace } from "../space.js";
import { createCanonicalParser } from "./canonical-parser.js";
import { elasticMobileNetCost } from "./cost.js";
import {
  canonicalString,
  genesOf,
  isGeneActive,
  layoutGenotype,
  notationOf,
  notationOfCanonical,
} from "./genotype.js";
import { readNotation } from "./legality.js";
import type { ElasticMobileNetGenes } from "./plan.js";
import type { ElasticMobileNetSpec } from "./spec.js";
import { describeElasticMobileNet, elasticMobileNetJsonSchema } from "./words.js";

/** The search space of an elastic MobileNetV3. */
export function createElasticMobileNetSpace(spec: ElasticMobileNetSpec): SearchSpace {
  const layout = layoutGenotype(spec);
  const parseCanonical = createCanonicalParser(spec, layout);

  const canonicalise = (choices: readonly number[]): Architecture => {
    requireChoices(layout.genes, choices);
    const canonicalChoices = layout.genes.map((_, i) =>
      isGeneActive(spec, layout, i, choices) ? (choices[i] as number) : 0,
    );
    return {
      canonical: canonicalString(spec, genesOf(spec, layout, canonicalChoices)),
      choices: canonicalChoices,
    };
  };

  const legality = (notation: unknown): Legality => {
    const read = readNotation(spec, layout, notation);
    return read.kind === "choices"
      ? { kind: "legal", architecture: canonicalise(read.choices) }
      : { kind: "illegal", reasons: read.problems };
  };

  // Every choice list ascends and every cost grows with every gene.
  const cheapest = canonicalise(layout.genes.map(() => 0));
  const middle = canonicalise(layout.genes.map((gene) => Math.floor(gene.choices.length / 2)));

  return {
    spec,
    genes: layout.genes,
    isActive: (gene, choices) => isGeneActive(spec, layout, gene, choices),
    canonicalise,
    legality,
    parse: (canonical) => {
      const architecture = parseCanonical(canonical);
      if (architecture) return { kind: "legal", architecture };
      const notation = notationOfCanonical(spec, canonical);
      const read = notation && legality(notation);
      // One network has one string: `k03e4` would read as `k3e4` but is another key in a store.
      if (read?.kind === "illegal" || read?.architecture.canonical === canonical) return read;
      return {
        kind: "illegal",
        reasons: [`"${canonical}" is not a canonical string of this space`],
      };
    },
    notation: (architecture) => notationOf(spec, layout, architecture),
    fileNotation: (architecture) => notationOf(spec, layout, architecture),
    cost: (architecture) => elasticMobileNetCost(spec, genesOf(spec, layout, architecture.choices)),
    cheapest: () => cheapest,
    jsonSchema: () => elasticMobileNetJsonSchema(spec),
    describe: () => describeElasticMobileNet(spec, notationOf(spec, layout, middle)),
  };
}

/** The layer values of an architecture, for the code that builds its network. */
export function elasticMobileNetGenes(
  spec: ElasticMobileNetSpec,
  architecture: Architecture,
): ElasticMobileNetGenes {
  return genesOf(spec, layoutGenotype(spec), architecture.choices);
}

/** Smallest image that a subnet outside the space's own resolutions may be meant for. */
const minFreeResolution = 32;

/** The spec, with the notation's resolution as its only one if that is a size a network can take. */
export function withResolutionOf(
  spec: ElasticMobileNetSpec,
  notation: unknown,
): ElasticMobileNetSpec {
  const { r, image_size: imageSize } = (notation ?? {}) as Record<string, unknown>;
  const wanted = r ?? imageSize;
  const size: unknown = Array.isArray(wanted) && wanted.length === 1 ? wanted[0] : wanted;
  const isFree = typeof size === "number" && Number.isInteger(size) && size >= minFreeResolution;
  return isFree ? { ...spec, resolutions: [size] } : spec;
}
