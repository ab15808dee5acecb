import type { Architecture } from "@collm/search-space";
import { sampleWithin, shrinkWithin, unreachableLimits } from "@collm/search-space";
import type { SearcherSetup, Turn } from "../searcher.js";

/** Draws an attempt per architecture that may be wasted on duplicates or limits. */
const drawsPerCandidate = 500;
/** Draws made cheaper by force where plain draws did not find enough; each costs far more time. */
const shrunkDrawsPerCandidate = 20;

/** What two architectures share that count as one: the canonical string, or the class where isomorphs are merged. */
export function identityOf({ config, space }: SearcherSetup, architecture: Architecture): string {
  return (
    (config.isomorphs === "merge" && space.isomorphismClass?.(architecture)) ||
    architecture.canonical
  );
}

/** Whether neither this architecture nor one that counts as the same was ever proposed. */
export function isNovel(setup: SearcherSetup, turn: Turn, architecture: Architecture): boolean {
  return (
    !turn.seen.has(architecture.canonical) && !turn.seenClasses.has(identityOf(setup, architecture))
  );
}

/**
 * Up to `turn.count` new architectures within the limits, from any source of draws. Under limits
 * that hardly any draw respects, the rest is made by shrinking draws, so that a tight limit gives
 * a search, not an empty one; where nothing new is found in bounded time the list is shorter.
 *
 * @param draw is told how many were found before the one it draws for.
 */
export function collectNovel(
  setup: SearcherSetup,
  turn: Turn,
  draw: (found: number) => Architecture,
): Architecture[] {
  const { space, config } = setup;
  if (unreachableLimits(space, config.limits).length > 0) return [];
  const found = new Map<string, Architecture>();
  const isNew = (architecture: Architecture): boolean =>
    isNovel(setup, turn, architecture) && !found.has(identityOf(setup, architecture));
  const keep = (architecture: Architecture): void => {
    found.set(identityOf(setup, architecture), architecture);
  };

  let draws = drawsPerCandidate * turn.count;
  while (found.size < turn.count && draws > 0) {
    const sample = sampleWithin(space, config.limits, () => draw(found.size), {
      maxAttempts: draws,
      accept: isNew,
    });
    draws -= sample.attempts;
    if (sample.kind === "found") keep(sample.architecture);
  }
  for (let i = 0; i < shrunkDrawsPerCandidate * turn.count && found.size < turn.count; i++) {
    const architecture = shrinkWithin(space, draw(found.size), config.limits, turn.rng);
    if (architecture && isNew(architecture)) keep(architecture);
  }
  return [...found.values()];
}
