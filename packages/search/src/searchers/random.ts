import type { Architecture } from "@collm/search-space";
import { isFeasible, sampleUniform } from "@collm/search-space";
import type { Searcher, SearcherSetup, Turn } from "../searcher.js";

/** Draws an attempt per architecture that may be wasted on duplicates or limits. */
const attemptsPerCandidate = 2_000;

/** Up to `turn.count` new architectures within the limits, from any source of draws. */
export function collectNovel(
  setup: SearcherSetup,
  turn: Turn,
  draw: () => Architecture,
): Architecture[] {
  const found = new Map<string, Architecture>();
  let attemptsLeft = attemptsPerCandidate * turn.count;
  while (found.size < turn.count && attemptsLeft > 0) {
    attemptsLeft--;
    const architecture = draw();
    const { canonical } = architecture;
    if (turn.seen.has(canonical) || found.has(canonical)) continue;
    if (!isFeasible(setup.space.cost(architecture), setup.config.limits)) continue;
    found.set(canonical, architecture);
  }
  return [...found.values()];
}

/** Uniform sampling within the limits, without repetition. */
export const randomSearcher: Searcher<SearcherSetup> = {
  name: "random",
  initial: (setup) => setup,
  observe: (state) => state,
  propose: (setup, turn) => ({
    kind: "candidates",
    origin: "random",
    architectures: collectNovel(setup, turn, () => sampleUniform(setup.space, turn.rng)),
  }),
};
