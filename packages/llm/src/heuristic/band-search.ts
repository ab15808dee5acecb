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
  // Nothing is better than every favourite inside the band, e.g. when nothing is preferred.
  const highest = preferences.reduce((sum, logs) => sum + Math.max(0, ...logs), 0);
  let changeable = changeableGenes(space, current.architecture);
  for (let move = 0; move < options.moves && current.value < highest; move++) {
    const changed = change(space, current.architecture, changeable, favourite, rng);
    if (changed.canonical === current.architecture.canonical) continue;
    if (options.edits !== undefined && editDistance(space, start, changed) > options.edits) {
      continue;
    }
    const next = judge(changed);
    if (next.value <= current.value) continue;
    current = next;
    changeable = changeableGenes(space, current.architecture);
    if (next.isAllowed) best = next;
  }
  return best?.architecture;
}

/** Active genes that have another choice. */
function changeableGenes(space: SearchSpace, architecture: Architecture): readonly number[] {
  return space.genes.flatMap((gene, i) =>
    gene.choices.length > 1 && space.isActive(i, architecture.choices) ? [i] : [],
  );
}

/** Changes one or two of these genes to another of their choices. */
function change(
  space: SearchSpace,
  from: Architecture,
  changeable: readonly number[],
  favourite: readonly number[],
  rng: Rng,
): Architecture {
  if (changeable.length === 0) return from;
  const choices = [...from.choices];
  const changes = rng.next() < 0.5 ? 1 : 2;
  for (let i = 0; i < changes; i++) {
    const gene = rng.pick(changeable);
    const count = space.genes[gene]?.choices.length as number;
    choices[gene] = ((choices[gene] as number) + 1 + rng.int(count - 1)) % count;
  }
  const isAwake = (gene: number): boolean =>
    space.isActive(gene, choices) && !space.isActive(gene, from.choices);
  return space.canonicalise(
    choices.map((choice, gene) => (isAwake(gene) ? (favourite[gene] as number) : choice)),
  );
}

/** Genes that are active in both networks and differ; blocks that only one has count as its depth. */
export function editDistance(space: SearchSpace, a: Architecture, b: Architecture): number {
  return space.genes.filter(
    (_, gene) =>
      a.choices[gene] !== b.choices[gene] &&
      space.isActive(gene, a.choices) &&
      space.isActive(gene, b.choices),
  ).length;
}
