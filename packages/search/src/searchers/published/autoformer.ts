import type { MersenneTwister } from "@collm/search-space";
import {
  type Architecture,
  type AutoFormerGenes,
  autoFormerGenes,
  pythonChoice,
  type SearchSpace,
  seedPython,
} from "@collm/search-space";
import type { PublishedAlgorithm } from "./algorithm.js";
import { createPublishedSearcher } from "./searcher.js";

/** Times that both parents of a crossover are drawn again while their depths differ. */
const parentRedraws = 50;

/**
 * The search of AutoFormer (microsoft/Cream, AutoFormer/evolution.py). Ranks by validation top-1. Draws
 * depth, the layers' MLP ratios, the layers' heads and the width in this order; a mutation draws depth
 * and width anew with `structureProbability` each, and every ratio and number of heads with
 * `mutationProbability`. For the family `autoformer` only: the order of draws follows its notation.
 */
export const autoFormerAlgorithm: PublishedAlgorithm = {
  seed: seedPython,
  operators: (space, config, twister, parents) => {
    const { mutationProbability, structureProbability = 0 } = config;
    const options = optionsOf(space, twister);
    const architectureOf = (genes: AutoFormerGenes): Architecture => {
      const legality = space.legality({
        layer_num: genes.depth,
        mlp_ratio: genes.mlpRatios,
        num_heads: genes.heads,
        embed_dim: genes.embedDim,
      });
      if (legality.kind === "illegal") throw new RangeError(legality.reasons.join("; "));
      return legality.architecture;
    };
    const pickParent = (): AutoFormerGenes => genesOf(space, pythonChoice(twister, parents));
    const happens = (probability: number): boolean => twister.nextDouble() < probability;

    return {
      random: () => {
        const depth = options.depth();
        const mlpRatios = times(depth, options.mlpRatio);
        const heads = times(depth, options.heads);
        return architectureOf({ depth, mlpRatios, heads, embedDim: options.embedDim() });
      },
      mutate: () => {
        const parent = pickParent();
        const depth = happens(structureProbability) ? options.depth() : parent.depth;
        const added = Math.max(0, depth - parent.depth);
        const resizedRatios = [...parent.mlpRatios, ...times(added, options.mlpRatio)];
        const resizedHeads = [...parent.heads, ...times(added, options.heads)];
        const redrawn = (values: readonly number[], draw: () => number): number[] =>
          values.slice(0, depth).map((value) => (happens(mutationProbability) ? draw() : value));
        const mlpRatios = redrawn(resizedRatios, options.mlpRatio);
        const heads = redrawn(resizedHeads, options.heads);
        const embedDim = happens(structureProbability) ? options.embedDim() : parent.embedDim;
        return architectureOf({ depth, mlpRatios, heads, embedDim });
      },
      cross: () => {
        let first = pickParent();
        let second = pickParent();
        for (let i = 0; i < parentRedraws && first.depth !== second.depth; i++) {
          first = pickParent();
          second = pickParent();
        }
        const tuples = [tupleOf(first), tupleOf(second)] as const;
        const length = Math.min(tuples[0].length, tuples[1].length);
        const child = times(length, (i) =>
          pythonChoice(twister, [tuples[0][i] as number, tuples[1][i] as number]),
        );
        // The original would go on with a tuple that is shorter than its own depth says.
        return first.depth === second.depth ? architectureOf(genesOfTuple(child)) : undefined;
      },
    };
  },
  compare: (a, b) => b.top1Percent - a.top1Percent,
};

/** AutoFormer's search, proposal by proposal. */
export const autoFormerSearcher = createPublishedSearcher(
  "evolution/autoformer",
  autoFormerAlgorithm,
);

/** A draw from each list of choices. */
function optionsOf(space: SearchSpace, twister: MersenneTwister) {
  const { spec } = space;
  if (spec.family !== "autoformer") {
    throw new RangeError(`autoformer: got a space of ${spec.family}, allowed is autoformer`);
  }
  const from = (choices: readonly number[]) => () => pythonChoice(twister, choices);
  return {
    depth: from(spec.depths),
    mlpRatio: from(spec.mlpRatios),
    heads: from(spec.headChoices),
    embedDim: from(spec.embedDims),
  };
}

function genesOf({ spec }: SearchSpace, architecture: Architecture): AutoFormerGenes {
  if (spec.family !== "autoformer") throw new RangeError("autoformer: another family");
  return autoFormerGenes(spec, architecture);
}

/** The original's candidate: depth, D ratios, D numbers of heads, width. */
function tupleOf({ depth, mlpRatios, heads, embedDim }: AutoFormerGenes): readonly number[] {
  return [depth, ...mlpRatios, ...heads, embedDim];
}

function genesOfTuple(tuple: readonly number[]): AutoFormerGenes {
  const depth = tuple[0] as number;
  return {
    depth,
    mlpRatios: tuple.slice(1, 1 + depth),
    heads: tuple.slice(1 + depth, 1 + 2 * depth),
    embedDim: tuple[1 + 2 * depth] as number,
  };
}

function times<T>(count: number, draw: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => draw(i));
}
