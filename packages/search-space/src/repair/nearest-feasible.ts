import {
  type Cost,
  type CostKind,
  excesses,
  isFeasible,
  type Limits,
  limitedCost,
} from "../cost.js";
import type { Architecture, SearchSpace } from "../space.js";
import type { Repaired } from "./nearest-legal.js";

/** Another choice of a gene, and what it saves when nothing else changes. */
interface Edit {
  readonly gene: number;
  readonly choice: number;
  /** Places between the choices. */
  readonly steps: number;
  readonly savings: Readonly<Record<CostKind, number>>;
}

/**
 * Architectures whose cost is counted at most; about a tenth of a second. What is common, one to
 * three changes, is found exactly far below it.
 */
const maxCosts = 5_000;

/**
 * The architecture within the limits that differs from this one in the fewest genes, of those by
 * the fewest steps between choices, of those the one that uses most of the limit, then the first
 * by gene. One within the limits is its own. It follows from its arguments alone.
 *
 * Sets of edits are tried by size. A set saves at most the sum of what its edits save alone, since
 * a cost is a sum of products of what genes choose; sets that cannot save enough are left out.
 * After {@link maxCosts} tries the dearest genes are made cheaper one by one instead, which may change
 * more than needed.
 *
 * @returns undefined where that does not find any, i.e. no network is as cheap
 */
export function nearestFeasible(
  space: SearchSpace,
  architecture: Architecture,
  limits: Limits,
): Repaired | undefined {
  const cost = space.cost(architecture);
  if (isFeasible(cost, limits)) return { architecture, changes: [] };
  const search = new EditSearch(space, architecture, cost, limits);
  const found = search.fewest() ?? search.greedy();
  return found && { architecture: found, changes: changesBetween(space, architecture, found) };
}

class EditSearch {
  readonly #space: SearchSpace;
  readonly #start: Architecture;
  readonly #cost: Cost;
  readonly #limits: Limits;
  readonly #edits: readonly (readonly Edit[])[];
  /** For each gene in the order of edits, the largest savings of it and of those after it, descending. */
  readonly #mostFrom: Readonly<Record<CostKind, readonly (readonly number[])[]>>;
  #costsLeft = maxCosts;
  #best: { readonly architecture: Architecture; readonly share: number } | undefined;

  constructor(space: SearchSpace, start: Architecture, cost: Cost, limits: Limits) {
    this.#space = space;
    this.#start = start;
    this.#cost = cost;
    this.#limits = limits;
    const edits = space.genes
      .map((_, gene) => this.#editsOf(gene))
      .filter((list) => list.length > 0);
    // The genes that save most come first, so that what is left out is left out early.
    const worth = (list: readonly Edit[]): number =>
      Math.max(...list.map((edit) => this.#shareOf(edit)));
    this.#edits = edits.sort((a, b) => worth(b) - worth(a));
    const most = (kind: CostKind) =>
      this.#edits.map((_, from) =>
        this.#edits
          .slice(from)
          .map((list) => Math.max(0, ...list.map(({ savings }) => savings[kind])))
          .sort((a, b) => b - a),
      );
    this.#mostFrom = {
      macs: most("macs"),
      officialFlops: most("officialFlops"),
      paramsCount: most("paramsCount"),
    };
  }

  /** The smallest set of edits; undefined if that takes too long or there is none. */
  fewest(): Architecture | undefined {
    const mostSteps = Math.max(1, ...this.#edits.flat().map(({ steps }) => steps));
    for (let count = 1; count <= this.#edits.length; count++) {
      for (let steps = count; steps <= count * mostSteps; steps++) {
        this.#extend(0, this.#start.choices, this.#cost, count, steps);
        if (this.#costsLeft <= 0) return undefined;
        if (this.#best) return this.#best.architecture;
      }
    }
    return undefined;
  }

  /** Makes the gene cheaper that saves most of what is too much, until it is enough. */
  greedy(): Architecture | undefined {
    let current = this.#start;
    for (const _ of this.#space.genes) {
      const [excess] = excesses(this.#space.cost(current), this.#limits);
      if (!excess) return current;
      const cheapest = this.#space.cheapest(excess.kind);
      const next = this.#space.genes
        .map((_gene, i) =>
          this.#space.canonicalise(current.choices.with(i, cheapest.choices[i] as number)),
        )
        .map((architecture) => ({
          architecture,
          cost: this.#space.cost(architecture)[excess.kind],
        }))
        .reduce((best, other) => (other.cost < best.cost ? other : best));
      current = next.architecture;
    }
    return isFeasible(this.#space.cost(current), this.#limits) ? current : undefined;
  }

  /** Adds `count` more edits of genes from `from` on, `steps` together, and keeps the best result. */
  #extend(
    from: number,
    choices: readonly number[],
    cost: Cost,
    count: number,
    steps: number,
  ): void {
    for (let place = from; place + count <= this.#edits.length; place++) {
      if (!this.#mayReach(place, cost, count)) return;
      for (const edit of this.#edits[place] as readonly Edit[]) {
        const stepsLeft = steps - edit.steps;
        if (stepsLeft < count - 1 || (count === 1 && stepsLeft !== 0)) continue;
        if (this.#costsLeft-- <= 0) return;
        const architecture = this.#space.canonicalise(choices.with(edit.gene, edit.choice));
        const changed = this.#space.cost(architecture);
        if (count > 1) {
          this.#extend(
            place + 1,
            choices.with(edit.gene, edit.choice),
            changed,
            count - 1,
            stepsLeft,
          );
        } else if (isFeasible(changed, this.#limits)) this.#keep(architecture, changed);
      }
    }
  }

  #keep(architecture: Architecture, cost: Cost): void {
    const share = Math.max(
      ...limited(this.#limits).map(({ kind, allowed }) => cost[kind] / allowed),
    );
    if (!this.#best || share > this.#best.share) this.#best = { architecture, share };
  }

  /** Whether `count` edits from `place` on could save what `cost` is too much. */
  #mayReach(place: number, cost: Cost, count: number): boolean {
    return excesses(cost, this.#limits).every(({ kind, value, allowed }) => {
      const most = this.#mostFrom[kind][place] ?? [];
      return most.slice(0, count).reduce((sum, saved) => sum + saved, 0) >= value - allowed;
    });
  }

  /** Edits of a gene that make something cheaper which is limited. */
  #editsOf(gene: number): readonly Edit[] {
    const { choices } = this.#start;
    const current = choices[gene] as number;
    if (!this.#space.isActive(gene, choices)) return [];
    const kinds = limited(this.#limits).map(({ kind }) => kind);
    return (this.#space.genes[gene]?.choices ?? []).flatMap((_, choice) => {
      if (choice === current) return [];
      const cost = this.#space.cost(this.#space.canonicalise(choices.with(gene, choice)));
      const savings = {
        macs: this.#cost.macs - cost.macs,
        officialFlops: this.#cost.officialFlops - cost.officialFlops,
        paramsCount: this.#cost.paramsCount - cost.paramsCount,
      };
      if (kinds.every((kind) => savings[kind] <= 0)) return [];
      return [{ gene, choice, steps: Math.abs(choice - current), savings }];
    });
  }

  #shareOf({ savings }: Edit): number {
    return Math.max(...limited(this.#limits).map(({ kind, allowed }) => savings[kind] / allowed));
  }
}

function limited(limits: Limits): readonly { readonly kind: CostKind; readonly allowed: number }[] {
  return (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((limit) => {
    const allowed = limits[limit];
    return allowed === undefined ? [] : [{ kind: limitedCost[limit], allowed }];
  });
}

/** Genes with an effect that hold something else, or had none before. */
function changesBetween(
  space: SearchSpace,
  from: Architecture,
  to: Architecture,
): readonly string[] {
  return space.genes.flatMap(({ name, choices }, gene) => {
    const before = from.choices[gene] as number;
    const after = to.choices[gene] as number;
    return space.isActive(gene, to.choices) && before !== after
      ? [`${name}: ${choices[before]} -> ${choices[after]}`]
      : [];
  });
}
