import type { Architecture, MersenneTwister } from "@collm/search-space";
import { type EvaluatedCandidate, evaluatedOf } from "../../folds.js";
import { GrowingSet } from "../../growing-set.js";
import type { Searcher, SearcherSetup } from "../../searcher.js";
import type { IterationRecord } from "../../state.js";
import type { PublishedAlgorithm } from "./algorithm.js";
import { breed, type Rejections } from "./breed.js";

/** Trials the originals rank; only the first of them become parents. */
const rankedTrials = 50;

export interface PublishedState {
  readonly setup: SearcherSetup;
  /** Canonical strings of everything the journal says was proposed. */
  readonly visited: GrowingSet;
  /** The best so far, best first. */
  readonly ranking: readonly EvaluatedCandidate[];
  /** What is proposed next. */
  readonly generation: readonly Architecture[];
  /** Where the original's generator is after that generation. Never advanced, only cloned. */
  readonly twister: MersenneTwister;
  /** Over all generations, the next one included. */
  readonly rejections: Rejections;
}

/**
 * A published evolutionary search, replayed candidate by candidate: with the same seed, limits and
 * accuracies it proposes what the original evaluates, in its order.
 *
 * The original carries one random generator through its run, while a searcher's state is a fold
 * over the journal and `propose` changes nothing. So the state always holds the generation to come,
 * and the generator as it is after it: `initial` breeds the first generation, `observe` ranks the
 * results of one and breeds the next. `Turn.rng` is not used. A budget that ends within a generation
 * takes its first candidates; the search is over then, so the rest is not missed.
 *
 * Unlike the original, a last generation counts: what it found can win, since the loop picks the
 * winner, and not the list of parents.
 */
export function createPublishedSearcher(
  name: string,
  algorithm: PublishedAlgorithm,
): Searcher<PublishedState> {
  return {
    name,
    initial: (setup) =>
      withNextGeneration(algorithm, {
        setup,
        visited: GrowingSet.empty,
        ranking: [],
        generation: [],
        twister: algorithm.seed(setup.config.seed),
        rejections: { overLimit: 0, belowMinimum: 0 },
      }),
    observe: (state, record) =>
      withNextGeneration(algorithm, {
        ...state,
        visited: withProposed(state.visited, record),
        ranking: [...state.ranking, ...evaluatedOf([record])]
          .sort((a, b) => algorithm.compare(a.status.result, b.status.result))
          .slice(0, Math.max(rankedTrials, parentCount(state.setup))),
      }),
    propose: (state, turn) => ({
      kind: "candidates",
      origin: "evolution",
      architectures: state.generation.slice(0, turn.count),
    }),
  };
}

function withNextGeneration(algorithm: PublishedAlgorithm, state: PublishedState): PublishedState {
  const { setup, visited, ranking, rejections } = state;
  const twister = state.twister.clone();
  const parents = ranking.slice(0, parentCount(setup)).map(({ architecture }) => architecture);
  const bred = breed(algorithm, setup, visited, parents, twister);
  return {
    ...state,
    generation: bred.architectures,
    twister,
    rejections: {
      overLimit: rejections.overLimit + bred.rejections.overLimit,
      belowMinimum: rejections.belowMinimum + bred.rejections.belowMinimum,
    },
  };
}

function parentCount({ config }: SearcherSetup): number {
  return Math.max(1, Math.round(config.candidatesPerIteration * config.evolution.parentShare));
}

function withProposed(visited: GrowingSet, record: IterationRecord): GrowingSet {
  let grown = visited;
  for (const { architecture } of record.candidates ?? []) {
    if (architecture) grown = grown.with(architecture.canonical);
  }
  return grown;
}
