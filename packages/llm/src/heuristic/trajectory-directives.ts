import type { CandidatesRequest } from "@collm/search";
import type { SearchSpace } from "@collm/search-space";
import type { Directives } from "../directives.js";

/** Scored solutions that a Generator without a strategy starts from. */
const maxParents = 5;

/**
 * OPRO's only role without a language model: the best scored solutions are what the candidates are
 * varied from. It concludes nothing about single choices; that is what a strategy is for.
 */
export function trajectoryDirectives(
  space: SearchSpace,
  { history }: CandidatesRequest,
): Directives {
  const best = history
    .flatMap((round) => round.trials)
    .filter((trial) => trial.isFeasible)
    .sort((a, b) => b.top1Percent - a.top1Percent)
    .slice(0, maxParents);
  if (best.length === 0) return { explore: 1 };
  return {
    parents: best.map(({ canonical }) => canonical),
    costShare: [0.75, 1],
    explore: 0.2,
    edits: Math.max(1, Math.round(space.genes.length / 4)),
  };
}
