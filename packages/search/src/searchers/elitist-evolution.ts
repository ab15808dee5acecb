import { crossover, mutate, sampleUniform } from "@collm/search-space";
import { type EvaluatedCandidate, evaluatedOf } from "../folds.js";
import type { Searcher, SearcherSetup } from "../searcher.js";
import { collectNovel } from "./collect-novel.js";

interface ElitistState {
  readonly setup: SearcherSetup;
  /** The best feasible trials so far, most accurate first; of equals, the earlier first. */
  readonly parents: readonly EvaluatedCandidate[];
}

/**
 * Elitist evolution as in once-for-all's and SPOS's second stage: the first generation is
 * uniform within the limits; then the best so far are parents, and each child is a mutation of
 * one or a crossover of two. Unlike the originals a child is never a network that was already
 * proposed, so that no evaluation is spent twice.
 */
export const elitistSearcher: Searcher<ElitistState> = {
  name: "evolution",
  initial: (setup) => ({ setup, parents: [] }),
  observe: ({ setup, parents }, record) => {
    const { candidatesPerIteration, evolution } = setup.config;
    const trials = evaluatedOf([record]).filter((trial) => trial.isFeasible);
    return {
      setup,
      // The sort is stable, so of equals the earlier stays first.
      parents: [...parents, ...trials]
        .sort((a, b) => b.status.result.top1Percent - a.status.result.top1Percent)
        .slice(0, Math.max(1, Math.round(candidatesPerIteration * evolution.parentShare))),
    };
  },
  propose: (state, turn) => {
    const { space, config } = state.setup;
    const { mutationShare, mutationProbability } = config.evolution;
    const parents = state.parents.map((trial) => trial.architecture);
    const draw = () => {
      if (parents.length === 0) return sampleUniform(space, turn.rng);
      if (parents.length === 1 || turn.rng.next() < mutationShare) {
        return mutate(space, turn.rng.pick(parents), turn.rng, {
          probability: mutationProbability,
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
