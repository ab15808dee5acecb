import type { EvolutionAlgorithm } from "../config.js";
import type { Searcher } from "../searcher.js";
import { elitistSearcher } from "./elitist-evolution.js";
import { generationalSearcher } from "./generational-evolution.js";
import { autoFormerSearcher } from "./published/autoformer.js";
import { sposSearcher } from "./published/spos.js";

const algorithms = {
  elitist: elitistSearcher as Searcher<unknown>,
  generational: generationalSearcher as Searcher<unknown>,
  spos: sposSearcher as Searcher<unknown>,
  autoformer: autoFormerSearcher as Searcher<unknown>,
} satisfies Record<EvolutionAlgorithm, Searcher<unknown>>;

interface EvolutionState {
  readonly algorithm: Searcher<unknown>;
  readonly inner: unknown;
}

/** Evolution by the algorithm that the configuration names. */
export const evolutionSearcher: Searcher<EvolutionState> = {
  name: "evolution",
  initial: (setup) => {
    const algorithm = algorithms[setup.config.evolution.algorithm ?? "elitist"];
    return { algorithm, inner: algorithm.initial(setup) };
  },
  observe: ({ algorithm, inner }, record) => ({
    algorithm,
    inner: algorithm.observe(inner, record),
  }),
  propose: ({ algorithm, inner }, turn) => algorithm.propose(inner, turn),
};
