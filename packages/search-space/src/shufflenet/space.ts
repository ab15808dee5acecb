import type { CostKind } from "../cost.js";
import { requireChoices } from "../genotype.js";
import { show } from "../reasons.js";
import type { Architecture, Gene, Legality, SearchSpace } from "../space.js";
import { shuffleNetCost } from "./cost.js";
import { type ShuffleNetGenes, shuffleBlocks } from "./plan.js";
import { layerCount, type ShuffleNetSpec } from "./spec.js";
import { describeShuffleNet, shuffleNetJsonSchema } from "./words.js";

const options = shuffleBlocks.map((_, choice) => choice);

/**
 * The search space of a single-path one-shot ShuffleNetV2. Every gene always has an effect, and
 * the choice vector is the notation: `[2, 1, 0, ...]`. The canonical string is its digits, `210...`.
 */
export function createShuffleNetSpace(spec: ShuffleNetSpec): SearchSpace {
  const layers = layerCount(spec);
  const genes: readonly Gene[] = Array.from({ length: layers }, (_, layer) => ({
    name: `block[${layer}]`,
    dimension: "block kind",
    choices: options,
  }));

  const canonicalise = (choices: readonly number[]): Architecture => {
    requireChoices(genes, choices);
    const kept = choices.slice(0, layers);
    return { canonical: kept.join(""), choices: kept };
  };
  const cost = (choices: readonly number[]) => shuffleNetCost(spec, { blocks: choices });

  const legality = (notation: unknown): Legality => {
    if (!Array.isArray(notation) || notation.length !== layers) {
      const got = Array.isArray(notation) ? `${notation.length} values` : show(notation);
      const reason = `architecture: got ${got}, allowed is a list of exactly ${layers} numbers`;
      return { kind: "illegal", reasons: [reason] };
    }
    // By position and not by value, since JSON may also say -0.
    const choices = notation.map((value: unknown) => options.indexOf(value as number));
    const reasons = genes.flatMap(({ name, dimension }, i) =>
      choices[i] === -1
        ? [`${name}: got ${show(notation[i])}, allowed ${dimension} is ${options.join(", ")}`]
        : [],
    );
    return reasons.length > 0
      ? { kind: "illegal", reasons }
      : { kind: "legal", architecture: canonicalise(choices) };
  };

  const cheapestOf = (kind: CostKind) => canonicalise(cheapestChoices(genes, cost, kind));
  const cheapest = {
    macs: cheapestOf("macs"),
    officialFlops: cheapestOf("officialFlops"),
    paramsCount: cheapestOf("paramsCount"),
  } satisfies Record<CostKind, Architecture>;

  return {
    spec,
    genes,
    isActive: () => true,
    canonicalise,
    legality,
    parse: (canonical) =>
      /^[0-9]+$/.test(canonical)
        ? legality([...canonical].map(Number))
        : {
            kind: "illegal",
            reasons: [`${show(canonical)} is not a canonical string of this space`],
          },
    notation: ({ choices }) => [...choices],
    fileNotation: ({ choices }) => [...choices],
    cost: ({ choices }) => cost(choices),
    cheapest: (kind) => cheapest[kind],
    jsonSchema: () => shuffleNetJsonSchema(spec),
    describe: () =>
      describeShuffleNet(
        spec,
        genes.map((_, layer) => layer % options.length),
      ),
  };
}

/** What a layer costs does not depend on the others, so each layer's cheapest block is found alone. */
function cheapestChoices(
  genes: readonly Gene[],
  cost: (choices: readonly number[]) => Readonly<Record<CostKind, number>>,
  kind: CostKind,
): readonly number[] {
  let choices: readonly number[] = genes.map(() => 0);
  genes.forEach((_, layer) => {
    for (const choice of options) {
      const changed = choices.with(layer, choice);
      if (cost(changed)[kind] < cost(choices)[kind]) choices = changed;
    }
  });
  return choices;
}

/** The layer values of an architecture, for the code that builds its network. */
export function shuffleNetGenes(spec: ShuffleNetSpec, architecture: Architecture): ShuffleNetGenes {
  const layers = layerCount(spec);
  if (architecture.choices.length !== layers) {
    throw new RangeError(
      `architecture ${architecture.canonical} has ${architecture.choices.length} layers, allowed are ${layers}`,
    );
  }
  return { blocks: architecture.choices };
}
