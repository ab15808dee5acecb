import type { Cost, Gene, Limits, SearchSpace } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";

/**
 * How an architecture becomes numbers for the additive model. Every active gene speaks through
 * contrasts of its own choices that average to zero over the choices:
 *
 *     trend        -1 ... 1 over the ordered choices (absent where choices are not numbers)
 *     one per choice   1 - 1/K for the chosen one, -1/K for each of the others
 *
 * so a skipped gene and a gene of average quality count the same, and "one more block" is told
 * by the depth gene alone. The contrasts enter twice: summed over all genes of a dimension
 * (what a larger kernel does anywhere) and for each gene by itself (what it does here).
 */
export interface Feature {
  readonly group: "cost" | "shared" | "own";
  /** Variance of its weight before any trial, relative to its group's. */
  readonly variance: number;
}

/** Sparse: position in the list of features, value. */
export type FeatureVector = readonly (readonly [number, number])[];

export interface FeatureMap {
  readonly features: readonly Feature[];
  /** What one gene adds when it is active and holds this choice. */
  contribution(gene: number, choice: number): FeatureVector;
  /** The vector of a whole network. */
  vector(choices: readonly number[], cost: Cost): FeatureVector;
  /** Position of the cost's feature; undefined where nothing is limited. */
  readonly costFeature: number | undefined;
}

/** The trend explains a dimension more cheaply than its single choices do. */
const trendVariance = 1;
const choiceVariance = 0.5;

export function createFeatureMap(space: SearchSpace, limits: Limits): FeatureMap {
  const features: Feature[] = [];
  const isLimited = bindingShare(space.cost(space.cheapest("macs")), limits) !== undefined;
  const costFeature = isLimited ? features.push({ group: "cost", variance: 1 }) - 1 : undefined;

  const genesPerDimension = new Map<string, number>();
  for (const { dimension } of space.genes) {
    genesPerDimension.set(dimension, (genesPerDimension.get(dimension) ?? 0) + 1);
  }
  const blockOf = (gene: Gene, group: Feature["group"], scale: number): number => {
    const first = features.length;
    features.push({ group, variance: isOrdered(gene) ? trendVariance * scale : 0 });
    for (let i = 0; i < gene.choices.length; i++) {
      features.push({ group, variance: choiceVariance * scale });
    }
    return first;
  };

  const shared = new Map<string, number>();
  for (const gene of space.genes) {
    const key = `${gene.dimension}/${gene.choices.join(",")}`;
    if (shared.has(key)) continue;
    const genes = genesPerDimension.get(gene.dimension) as number;
    shared.set(key, blockOf(gene, "shared", 1 / genes));
  }
  const blocks = space.genes.map((gene) => {
    const found = [shared.get(`${gene.dimension}/${gene.choices.join(",")}`) as number];
    // A dimension with one gene has nothing to share; two blocks would say the same.
    if (genesPerDimension.get(gene.dimension) !== 1) found.push(blockOf(gene, "own", 1));
    return found;
  });

  const contributions = space.genes.map((gene, i) =>
    gene.choices.map((_, choice) =>
      (blocks[i] as number[]).flatMap((first) =>
        contrasts(gene, choice).map((value, j) => [first + j, value] as const),
      ),
    ),
  );
  const contribution = (gene: number, choice: number): FeatureVector =>
    contributions[gene]?.[choice] as FeatureVector;

  return {
    features,
    contribution,
    costFeature,
    vector: (choices, cost) => {
      const sum = new Map<number, number>();
      space.genes.forEach((_, gene) => {
        if (!space.isActive(gene, choices)) return;
        for (const [feature, value] of contribution(gene, choices[gene] as number)) {
          sum.set(feature, (sum.get(feature) ?? 0) + value);
        }
      });
      const share = bindingShare(cost, limits)?.share;
      if (costFeature !== undefined && share !== undefined) {
        sum.set(costFeature, Math.log(Math.max(share, Number.MIN_VALUE)));
      }
      return [...sum];
    },
  };
}

function contrasts(gene: Gene, choice: number): number[] {
  const count = gene.choices.length;
  const trend = count > 1 ? (2 * choice) / (count - 1) - 1 : 0;
  return [trend, ...gene.choices.map((_, i) => (i === choice ? 1 : 0) - 1 / count)];
}

function isOrdered(gene: Gene): boolean {
  return gene.choices.every((choice) => typeof choice === "number");
}
