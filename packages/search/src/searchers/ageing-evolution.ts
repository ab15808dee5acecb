import { mutateOne, sampleUniform } from "@collm/search-space";
import { type EvaluatedCandidate, evaluatedOf } from "../folds.js";
import type { Searcher, SearcherSetup } from "../searcher.js";
import { collectNovel } from "./collect-novel.js";

interface AgeingState {
  readonly setup: SearcherSetup;
  /** The youngest feasible trials, oldest first. */
  readonly population: readonly EvaluatedCandidate[];
}

/** Draws for one candidate after which the population's neighbourhood is taken to be used up. */
const patience = 200;

/**
 * Regularized evolution (Real et al. 2019, arXiv 1802.01548): of `sampleSize` members drawn with
 * replacement the most accurate is the parent, its child differs in one gene, and the oldest
 * member dies whatever its accuracy. The population starts with uniform samples.
 *
 * Unlike the original a child is never a network that was already proposed: such a child is drawn
 * again, parent included, and after 200 draws a uniform sample takes its place. With more than one
 * candidate an iteration, the children of a batch do not compete with each other before the next.
 */
export const ageingEvolutionSearcher: Searcher<AgeingState> = {
  name: "ageing-evolution",
  initial: (setup) => ({ setup, population: [] }),
  observe: ({ setup, population }, record) => ({
    setup,
    population: [...population, ...evaluatedOf([record]).filter((trial) => trial.isFeasible)].slice(
      -setup.config.ageing.population,
    ),
  }),
  propose: ({ setup, population }, turn) => {
    const { ageing } = setup.config;
    const founders = ageing.population - population.length;
    let drawnFor = -1;
    let draws = 0;
    const draw = (found: number) => {
      if (found !== drawnFor) draws = 0;
      drawnFor = found;
      const isFounder = found < founders || population.length === 0;
      if (isFounder || draws++ >= patience) return sampleUniform(setup.space, turn.rng);
      let parent = turn.rng.pick(population);
      for (let i = 1; i < ageing.sampleSize; i++) {
        const rival = turn.rng.pick(population);
        if (rival.status.result.top1Percent > parent.status.result.top1Percent) parent = rival;
      }
      return mutateOne(setup.space, parent.architecture, turn.rng);
    };
    return {
      kind: "candidates",
      origin: "evolution",
      architectures: collectNovel(setup, turn, draw),
    };
  },
};
