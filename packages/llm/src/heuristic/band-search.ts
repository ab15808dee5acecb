import type { Architecture, Limits, Rng, SearchSpace } from "@collm/search-space";
import { isFeasible } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";
import type { Preferences } from "./preferences.js";

/** Where a search may go. */
export interface Band {
  readonly limits: Limits;
  /** Wanted share of the binding limit. */
  readonly costShare: readonly [number, number];
}

export interface BandSearchOptions {
  /** Moves that are tried. */
  readonly moves: number;
  /** Genes that may differ from the start in effect; absent means any number. */
  readonly edits?: number | undefined;
}

/**
 * What one unit of share outside the band costs, in the units of log odds: a network 1 % outside
 * loses as much as a choice with odds of e^3 can win.
 */
const outsidePenalty = 300;

/**
 * Climbs from `start` to a network that the preferences like and that lies in the cost band, by
 * random changes of one or two genes at a time (two, because in a full budget a gene can often
 * only grow when another shrinks). Genes that a change brings to life take their preferred
 * choice. Gives undefined where no network within the limits was met.
 */
export function searchBand(
  space: SearchSpace,
  start: Architecture,
  preferences: Preferences,
  band: Band,
  rng: Rng,
  options: BandSearchOptions,
): Architecture | undefined {
  const favourite = preferences.map((logs) => logs.indexOf(Math.max(...logs)));
  const judge = (architecture: Architecture) => {
    const cost = space.cost(architecture);
    const share = bindingShare(cost, band.limits)?.share ?? band.costShare[1];
    const [low, high] = band.costShare;
    const outside = Math.max(0, low - share, share - high);
    const liking = architecture.choices.reduce(
      (sum, choice, gene) =>
        space.isActive(gene, architecture.choices)
          ? sum + (preferences[gene]?.[choice] as number)
          : sum,
      0,
    );
    return {
      architecture,
      value: liking - outsidePenalty * outside,
      isAllowed: isFeasible(cost, band.limits),
    };
  };

  let current = judge(start);
  let best = current.isAllowed ? current : undefined;
  for (let move = 0; move < options.moves; move++) {
    const changed = change(space, current.architecture, favourite, rng);
    if (changed.canonical === current.architecture.canonical) continue;
    if (options.edits !== undefined && editDistance(space, start, changed) > options.edits) {
      continue;
    }
    const next = judge(changed);
    if (next.value <= current.value) continue;
    current = next;
    if (next.isAllowed) best = next;
  }
  return best?.architecture;
}

/** Changes one or two active genes to another of their choices. */
function change(
  space: SearchSpace,
  from: Architecture,
  favourite: readonly number[],
  rng: Rng,
): Architecture {
  const active = space.genes
    .map((_, gene) => gene)
    .filter(
      (gene) => (space.genes[gene]?.choices.length ?? 0) > 1 && space.isActive(gene, from.choices),
    );
  if (active.length === 0) return from;
  const choices = [...from.choices];
  const changes = rng.next() < 0.5 ? 1 : 2;
  for (let i = 0; i < changes; i++) {
    const gene = rng.pick(active);
    const count = space.genes[gene]?.choices.length as number;
    choices[gene] = ((choices[gene] as number) + 1 + rng.int(count - 1)) % count;
  }
  const isAwake = (gene: number): boolean =>
    space.isActive(gene, choices) && !space.isActive(gene, from.choices);
  return space.canonicalise(
    choices.map((choice, gene) => (isAwake(gene) ? (favourite[gene] as number) : choice)),
  );
}

/** Genes that differ and are active in both networks, or whose activity alone differs by a choice. */
export function editDistance(space: SearchSpace, a: Architecture, b: Architecture): number {
  return space.genes.filter(
    (_, gene) =>
      a.choices[gene] !== b.choices[gene] &&
      space.isActive(gene, a.choices) &&
      space.isActive(gene, b.choices),
  ).length;
}
