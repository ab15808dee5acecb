import {
  type Architecture,
  crossover,
  mutate,
  sampleUniform,
  sampleWithin,
  shrinkWithin,
  unreachableLimits,
} from "@collm/search-space";
import type { Searcher, SearcherSetup, Turn } from "../searcher.js";
import {
  type KnownResults,
  type KnownTrial,
  nothingKnown,
  trialsOf,
  withResults,
} from "./known-results.js";

interface GenerationalState {
  readonly setup: SearcherSetup;
  /** The generation that breeds, in the order of proposal; a network may be in it twice. */
  readonly population: readonly KnownTrial[];
  readonly known: KnownResults;
}

/** Draws for one child before it is made to respect the limits by force. */
const maxAttempts = 500;

/**
 * The paper's evolutionary baseline (CoLLM-NAS, section 4): a small population, of which the best
 * `parentShare` live on as elites while children of them fill the other places, by mutation or
 * crossover. Nothing keeps a child from being a network that was there before. Such a child is
 * proposed all the same; the archive rejects it, which spends nothing, and its known result takes
 * the place in the population. That is why 20 generations of 10 evaluate only about 55 networks.
 */
export const generationalSearcher: Searcher<GenerationalState> = {
  name: "evolution/generational",
  initial: (setup) => ({ setup, population: [], known: nothingKnown }),
  observe: (state, record) => {
    const { setup } = state;
    const known = withResults(setup, state.known, record);
    const trials = trialsOf(setup, known, record).filter((trial) => trial.isFeasible);
    const { population } = setup.config.evolution;
    const isFounding = state.population.length < population;
    const elites = isFounding ? state.population : elitesOf(state);
    return { setup, known, population: [...elites, ...trials] };
  },
  propose: (state, turn) => {
    const { setup, population } = state;
    const isFounding = population.length < setup.config.evolution.population;
    const elites = isFounding ? population : elitesOf(state);
    const count = Math.min(turn.count, setup.config.evolution.population - elites.length);
    const draw = isFounding
      ? () => sampleUniform(setup.space, turn.rng)
      : () => child(setup, elites, turn);
    return {
      kind: "candidates",
      origin: "evolution",
      architectures: within(setup, turn, count, draw),
    };
  },
};

function elitesOf({ setup, population }: GenerationalState): readonly KnownTrial[] {
  const { evolution } = setup.config;
  // The sort is stable, so of equals the earlier stays.
  return [...population]
    .sort((a, b) => b.top1Percent - a.top1Percent)
    .slice(0, Math.max(1, Math.round(evolution.population * evolution.parentShare)));
}

function child(
  { space, config }: SearcherSetup,
  elites: readonly KnownTrial[],
  { rng }: Turn,
): Architecture {
  const { mutationShare, mutationProbability, resolutionMutationProbability } = config.evolution;
  const first = rng.pick(elites).architecture;
  if (rng.next() >= mutationShare)
    return crossover(space, first, rng.pick(elites).architecture, rng);
  const resolution = resolutionMutationProbability ?? mutationProbability;
  return mutate(space, first, rng, {
    probability: mutationProbability,
    byDimension: { resolution },
  });
}

/** Draws within the limits, repeats included. */
function within(
  { space, config }: SearcherSetup,
  turn: Turn,
  count: number,
  draw: () => Architecture,
): Architecture[] {
  if (unreachableLimits(space, config.limits).length > 0) return [];
  return Array.from({ length: count }).flatMap(() => {
    const sample = sampleWithin(space, config.limits, draw, { maxAttempts });
    if (sample.kind === "found") return [sample.architecture];
    return shrinkWithin(space, draw(), config.limits, turn.rng) ?? [];
  });
}
