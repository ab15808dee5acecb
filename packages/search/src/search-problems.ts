import { type SearchSpace, unreachableLimits } from "@collm/search-space";
import type { SearchConfig } from "./config.js";

/** The beginning of a problem: a field's name where it was said, and the value as it was said. */
type SaidValue = (field: string, value: number | string) => string;

const costNames = {
  macs: "number of MACs",
  officialFlops: "number of official FLOPs",
  paramsCount: "number of parameters",
} as const;

/**
 * Why a search of this space with this configuration could find nothing; empty if it can. Each
 * problem names field, value and what is allowed.
 *
 * @param supernet what the messages call the supernet.
 * @param said how a message begins that is about a field and its value; default `maxMacs: got 1000`.
 */
export function searchProblems(
  config: SearchConfig,
  space: SearchSpace,
  supernet: string,
  said: SaidValue = (field, value) => `${field}: got ${value}`,
): readonly string[] {
  const limits = unreachableLimits(space, config.limits).map(
    ({ limit, kind, allowed, smallest }) =>
      `${said(limit, allowed)}, allowed is at least ${smallest}, the smallest ${costNames[kind]} that ${supernet} can reach`,
  );
  return [
    ...limits,
    ...pipelineProblems(config, said),
    ...cellProblems(config, space, said),
    ...evolutionProblems(config, space, supernet, said),
  ];
}

/** The paper's loop asks the Generator once. */
function pipelineProblems(
  { staleness, subBatches }: SearchConfig,
  said: SaidValue,
): readonly string[] {
  if (staleness > 0 || subBatches === 1) return [];
  return [`${said("subBatches", subBatches)}, allowed with staleness 0 is 1`];
}

function cellProblems(
  { isomorphs, permuteOperators }: SearchConfig,
  space: SearchSpace,
  said: SaidValue,
): readonly string[] {
  const { family } = space.spec;
  if (family === "nas-bench-201") return [];
  const allowed = `allowed for cell spaces only, and the family is ${family}`;
  return [
    ...(isomorphs === "merge" ? [`${said("isomorphs", isomorphs)}, ${allowed}`] : []),
    ...(permuteOperators === undefined
      ? []
      : [`${said("permuteOperators", permuteOperators)}, ${allowed}`]),
  ];
}

function evolutionProblems(
  { searcher, evolution, limits }: SearchConfig,
  space: SearchSpace,
  supernet: string,
  said: SaidValue,
): readonly string[] {
  const { minParams } = evolution;
  const { family } = space.spec;
  const isAutoFormerSearch = searcher === "evolution" && evolution.algorithm === "autoformer";
  if (isAutoFormerSearch && family !== "autoformer") {
    return [
      `${said("evolution.algorithm", "autoformer")}, allowed for the family ${family} is elitist, generational or spos`,
    ];
  }
  if (minParams === undefined) return [];
  if (!isAutoFormerSearch) {
    return [
      `${said("evolution.minParams", minParams)}, allowed with evolution's algorithm autoformer only`,
    ];
  }
  if (minParams > (limits.maxParams ?? Number.POSITIVE_INFINITY)) {
    return [
      `${said("evolution.minParams", minParams)}, allowed is at most maxParams, ${limits.maxParams}`,
    ];
  }
  // All costs of this family grow with every gene.
  const last = space.genes.map(({ choices }) => choices.length - 1);
  const largest = space.cost(space.canonicalise(last)).paramsCount;
  return minParams <= largest
    ? []
    : [
        `${said("evolution.minParams", minParams)}, allowed is at most ${largest}, the largest number of parameters that ${supernet} can reach`,
      ];
}
