import type { Architecture } from "@collm/search-space";
import { isFeasible, isReachable, shrinkWithin } from "@collm/search-space";
import type { SearcherSetup, Turn } from "../searcher.js";

/** Draws an attempt per architecture that may be wasted on duplicates or limits. */
const drawsPerCandidate = 500;
/** Draws made cheaper by force where plain draws did not find enough; each costs far more time. */
const shrunkDrawsPerCandidate = 20;

/**
 * Up to `turn.count` new architectures within the limits, from any source of draws. Under limits
 * that hardly any draw respects, the rest is made by shrinking draws, so that a tight limit gives
 * a search, not an empty one; where nothing new is found in bounded time the list is shorter.
 */
export function collectNovel(
  setup: SearcherSetup,
  turn: Turn,
  draw: () => Architecture,
): Architecture[] {
  const { space, config } = setup;
  if (!isReachable(space, config.limits)) return [];
  const found = new Map<string, Architecture>();
  const isNew = ({ canonical }: Architecture): boolean =>
    !turn.seen.has(canonical) && !found.has(canonical);

  for (let i = 0; i < drawsPerCandidate * turn.count && found.size < turn.count; i++) {
    const architecture = draw();
    if (isNew(architecture) && isFeasible(space.cost(architecture), config.limits)) {
      found.set(architecture.canonical, architecture);
    }
  }
  for (let i = 0; i < shrunkDrawsPerCandidate * turn.count && found.size < turn.count; i++) {
    const architecture = shrinkWithin(space, draw(), config.limits, turn.rng);
    if (architecture && isNew(architecture)) found.set(architecture.canonical, architecture);
  }
  return [...found.values()];
}
