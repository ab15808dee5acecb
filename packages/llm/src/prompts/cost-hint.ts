import type { Limits, SearchSpace } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";

/**
 * A compact cost table for a model that cannot count MACs: per dimension, the share of the limit
 * that a network uses when all genes of the dimension hold a choice and all others their middle
 * one. Empty where nothing is limited. It follows from the space alone, so it tells no result.
 */
export function costHint(space: SearchSpace, limits: Limits): string {
  const middle = space.genes.map((gene) => Math.floor((gene.choices.length - 1) / 2));
  const dimensions = [...new Set(space.genes.map((gene) => gene.dimension))];
  const lines = dimensions.map((dimension) => {
    const choices = space.genes.find((gene) => gene.dimension === dimension)?.choices ?? [];
    const entries = choices.flatMap((choice) => {
      const indices = space.genes.map((gene, i) => {
        const index = gene.dimension === dimension ? gene.choices.indexOf(choice) : -1;
        return index === -1 ? (middle[i] as number) : index;
      });
      const share = bindingShare(space.cost(space.canonicalise(indices)), limits)?.share;
      return share === undefined ? [] : [`${choice}: ${Math.round(share * 100)} %`];
    });
    return entries.length === 0 ? "" : `- ${dimension} ${entries.join(", ")}`;
  });
  return lines.filter((line) => line !== "").join("\n");
}
