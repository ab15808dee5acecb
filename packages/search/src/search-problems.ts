import { type SearchSpace, unreachableLimits } from "@collm/search-space";
import type { SearchConfig } from "./config.js";

/**
 * Why a search of this space with this configuration could find nothing; empty if it can. Each
 * problem names field, value and what is allowed.
 *
 * @param supernet what the messages call the supernet.
 */
export function searchProblems(
  config: SearchConfig,
  space: SearchSpace,
  supernet: string,
): readonly string[] {
  const limits = unreachableLimits(space, config.limits).map(
    ({ limit, kind, allowed, smallest }) =>
      `${limit}: got ${allowed}, allowed is at least ${smallest}, the smallest ${kind} that ${supernet} can reach`,
  );
  return [...limits, ...evolutionProblems(config, space, supernet)];
}

function evolutionProblems(
  { searcher, evolution, limits }: SearchConfig,
  space: SearchSpace,
  supernet: string,
): readonly string[] {
  const { minParams } = evolution;
  const { family } = space.spec;
  const isAutoFormerSearch = searcher === "evolution" && evolution.algorithm === "autoformer";
  if (isAutoFormerSearch && family !== "autoformer") {
    return [
      `evolution.algorithm: got autoformer, allowed for the family ${family} is elitist or spos`,
    ];
  }
  if (minParams === undefined) return [];
  if (!isAutoFormerSearch) {
    return [
      `evolution.minParams: got ${minParams}, allowed with evolution's algorithm autoformer only`,
    ];
  }
  if (minParams > (limits.maxParams ?? Number.POSITIVE_INFINITY)) {
    return [
      `evolution.minParams: got ${minParams}, allowed is at most maxParams, ${limits.maxParams}`,
    ];
  }
  // All costs of this family grow with every gene.
  const last = space.genes.map(({ choices }) => choices.length - 1);
  const largest = space.cost(space.canonicalise(last)).paramsCount;
  return minParams <= largest
    ? []
    : [
        `evolution.minParams: got ${minParams}, allowed is at most ${largest}, the largest paramsCount that ${supernet} can reach`,
      ];
}
