import { type Operator, operators, type SearchSpace } from "@collm/search-space";
import type { PoolEntry } from "./pool.js";

/**
 * Scores that know nothing of accuracies, which any claim about a language model must beat. The
 * larger the better.
 */
export interface TrivialScore {
  readonly name: string;
  readonly meaning: string;
  of(entry: PoolEntry, space: SearchSpace): number;
}

/**
 * What an edge is worth: an order by common sense in equal steps, fixed before any table was looked
 * at. Tuning it on a table would make it a fitted predictor and no trivial score any more.
 */
export const operatorWeights = {
  nor_conv_3x3: 4,
  nor_conv_1x1: 3,
  skip_connect: 2,
  avg_pool_3x3: 1,
  none: 0,
} as const satisfies Record<Operator, number>;

export const trivialScores: readonly TrivialScore[] = [
  {
    name: "parameters",
    meaning: "number of trainable parameters",
    of: ({ architecture }, space) => space.cost(architecture).paramsCount,
  },
  {
    name: "flops",
    meaning: "FLOPs as the benchmark counts them",
    of: ({ architecture }, space) => space.cost(architecture).officialFlops,
  },
  {
    name: "operator-weights",
    meaning: `sum over the edges: ${Object.entries(operatorWeights)
      .map(([operator, weight]) => `${operator} ${weight}`)
      .join(", ")}`,
    of: ({ architecture: { choices } }) =>
      choices.reduce((sum, choice) => sum + operatorWeights[operators[choice] as Operator], 0),
  },
];
