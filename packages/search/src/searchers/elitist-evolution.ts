import { crossover, mutate, sampleUniform } from "@collm/search-space";
import { type EvaluatedCandidate, evaluatedOf } from "../folds.js";
import type { Searcher, SearcherSetup } from "../searcher.js";
import { collectNovel } from "./collect-novel.js";

interface ElitistState {
  readonly setup: SearcherSetup;
  /** Evaluations seen so far, feasible or not. */
  readonly evaluated: number;
  /** The best feasible trials so far, most accurate first; of equals, the earlier first. */
  readonly parents: readonly EvaluatedCandidate[];
}

/**
 * Elitist evolution as in once-for-all's and SPOS's second stage: the first population is
 * uniform within the limits; then the best so far are parents, and each child is a mutation of
 * one or a crossover of two. Unlike the originals a child is never a network that was already
 * proposed, so that no evaluation is spent twice, and parents are chosen anew for every batch,
 * which may be smaller than the population.
 */
export const elitistSearcher: Searcher<ElitistState> = {
  name: "evolution",
  initial: (setup) => ({ setup, evaluated: 0, parents: [] }),
  observe: ({ setup, evaluated, parents }, record) => {
    const { population, parentShare } = setup.config.evolution;
    const trials = evaluatedOf([record]);
    const feasible = trials.filter((trial) => trial.isFeasible);
    return {
      setup,
      evaluated: evaluated + trials.length,
      // The sort is stable, so of equals the earlier stays first.
      parents: [...parents, ...feasible]
        .sort((a, b) => b.status.result.top1Percent - a.status.result.top1Percent)
        .slice(0, Math.max(1, Math.round(population * parentShare))),
    };
  },
  propose: (state, turn) => {
    const { space, config } = state.setup;
    const { population, mutationShare, mutationProbability, ...others } = config.evolution;
    const resolution = others.resolutionMutationProbability ?? mutationProbability;
    const parents = state.parents.map((trial) => trial.architecture);
    const founders = population - state.evaluated;
    const draw = (found: number) => {
      if (found < founders || parents.length === 0) return sampleUniform(space, turn.rng);
      if (parents.length === 1 || turn.rng.next() < mutationShare) {
        return mutate(space, turn.rng.pick(parents), turn.rng, {
          probability: mutationProbability,
          byDimension: { resolution },
        });
      }
      return crossover(space, turn.rng.pick(parents), turn.rng.pick(parents), turn.rng);
    };
    return {
      kind: "candidates",
      origin: "evolution",
      architectures: collectNovel(state.setup, turn, draw),
    };
  },
};
