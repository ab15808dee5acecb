import type { MersenneTwister } from "@collm/search-space";
import { type Architecture, isFeasible, unreachableLimits } from "@collm/search-space";
import type { SearcherSetup } from "../../searcher.js";
import type { Draw, PublishedAlgorithm } from "./algorithm.js";

/** Children drawn at a time: a whole block is drawn before its first child is looked at. */
const blockSize = 10;
/** Attempts per mutation or crossover that is wanted. */
const attemptsPerChild = 10;
/** Attempts per random candidate that is wanted; the originals try for ever. */
const attemptsPerRandom = 2_000;

/** Draws that were refused, counted as often as they were drawn; the originals print each. */
export interface Rejections {
  readonly overLimit: number;
  readonly belowMinimum: number;
}

export interface Generation {
  readonly architectures: readonly Architecture[];
  readonly rejections: Rejections;
}

/**
 * One generation of a published search, in the order it evaluates it: mutations, then crossovers,
 * then random candidates up to the population. Whether a candidate is evaluated depends on what was
 * visited and on its cost, both known beforehand, so the originals' loop of "draw, judge, evaluate"
 * makes the same draws when the evaluations come later, all together.
 *
 * What is over a limit is not visited, so it may be drawn and refused again. Each phase starts a
 * block of its own; what is left of the last one is dropped, its random numbers stay used.
 *
 * @param visited canonical strings that were evaluated already.
 * @param parents best first; without any, everything is random.
 * @param twister advanced to where the original's generator is after this generation.
 */
export function breed(
  algorithm: PublishedAlgorithm,
  { space, config }: SearcherSetup,
  visited: ReadonlySet<string>,
  parents: readonly Architecture[],
  twister: MersenneTwister,
): Generation {
  const { candidatesPerIteration: population, evolution, limits } = config;
  const accepted = new Map<string, Architecture>();
  let overLimit = 0;
  let belowMinimum = 0;

  const accept = (architecture: Architecture | undefined): boolean => {
    if (!architecture) return false;
    const { canonical } = architecture;
    if (visited.has(canonical) || accepted.has(canonical)) return false;
    const cost = space.cost(architecture);
    if (!isFeasible(cost, limits)) {
      overLimit++;
      return false;
    }
    if (cost.paramsCount < (evolution.minParams ?? 0)) {
      belowMinimum++;
      return false;
    }
    accepted.set(canonical, architecture);
    return true;
  };
  const phase = (draw: Draw, wanted: number, attempts: number): void => {
    const next = inBlocks(draw);
    let found = 0;
    for (let i = 0; i < attempts && found < wanted; i++) {
      if (accept(next())) found++;
    }
  };

  if (unreachableLimits(space, limits).length === 0) {
    const { random, mutate, cross } = algorithm.operators(space, evolution, twister, parents);
    if (parents.length > 0) {
      const mutations = Math.round(population * evolution.mutationShare);
      const { crossoverShare = 1 - evolution.mutationShare } = evolution;
      const crossovers = Math.min(Math.round(population * crossoverShare), population - mutations);
      phase(mutate, mutations, attemptsPerChild * mutations);
      phase(cross, crossovers, attemptsPerChild * crossovers);
    }
    const missing = population - accepted.size;
    phase(random, missing, attemptsPerRandom * missing);
  }
  return { architectures: [...accepted.values()], rejections: { overLimit, belowMinimum } };
}

function inBlocks(draw: Draw): Draw {
  let block: (Architecture | undefined)[] = [];
  let next = 0;
  return () => {
    if (next === block.length) {
      block = Array.from({ length: blockSize }, draw);
      next = 0;
    }
    return block[next++];
  };
}
