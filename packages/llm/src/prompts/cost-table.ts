import type { CostKind, Gene, SearchSpace } from "@collm/search-space";

/**
 * What a network costs as a sum that can be made by hand:
 *
 *     (fixed + sum of its running positions' entries) * factors of what holds for the whole network
 *
 * It is exact where positions do not depend on each other, and within a few percent elsewhere.
 */
export interface CostTable {
  /** Value of a gene for the whole network that this table is for; absent: for all values. */
  readonly at?: { readonly gene: string; readonly value: number | string } | undefined;
  readonly fixed: number;
  readonly rows: readonly CostRow[];
  readonly factors: readonly {
    readonly gene: string;
    readonly entries: readonly { readonly value: number | string; readonly factor: number }[];
  }[];
}

/** Positions of the network that cost the same for the same choices. */
export interface CostRow {
  /** Lists that a position has an entry in, e.g. `ks, e`, or the name of a gene on its own. */
  readonly positions: readonly (number | string)[];
  readonly genes: readonly string[];
  readonly entries: readonly {
    readonly values: readonly (number | string)[];
    readonly cost: number;
  }[];
}

/** Genes that belong to one position, by their places in the space. */
interface Position {
  readonly name: number | string;
  readonly lists: readonly string[];
  readonly genes: readonly number[];
}

/** How far a factor may be off before a table for each value is made. */
const factorTolerance = 0.06;

/** Tables of one kind of cost; more than one where a choice for the whole network changes all rows. */
export function costTables(space: SearchSpace, kind: CostKind): readonly CostTable[] {
  const positions = positionsOf(space.genes);
  const inPositions = new Set(positions.flatMap(({ genes }) => genes));
  const global = space.genes.flatMap(({ dimension }, gene) =>
    dimension !== "depth" && !inPositions.has(gene) ? [gene] : [],
  );
  const model = new CostModel(space, kind, positions);
  const separate = global.filter((gene) => !model.scalesWith(gene));
  const [first] = separate;
  if (first === undefined) return [model.table(global, [])];
  const factors = global.filter((gene) => gene !== first);
  const { name, choices } = space.genes[first] as Gene;
  return choices.map((value, choice) => ({
    ...model.table(factors, [[first, choice]]),
    at: { gene: name, value },
  }));
}

/** `ks[3]` and `e[3]` are one position; where no gene has an index, each is one of its own. */
function positionsOf(genes: readonly Gene[]): readonly Position[] {
  const indexed = genes.map(({ name }) => /^(.*)\[(\d+)\]$/.exec(name));
  const found = new Map<number | string, { lists: string[]; genes: number[] }>();
  genes.forEach(({ name, dimension }, gene) => {
    if (dimension === "depth") return;
    const [, list = "", index] = indexed[gene] ?? [];
    if (index === undefined && indexed.some((match) => match)) return;
    const key = index === undefined ? name : Number(index);
    const position = found.get(key) ?? { lists: [], genes: [] };
    if (list !== "") position.lists.push(list);
    position.genes.push(gene);
    found.set(key, position);
  });
  return [...found].map(([name, position]) => ({ name, ...position }));
}

type Settings = readonly (readonly [gene: number, choice: number])[];

class CostModel {
  readonly #space: SearchSpace;
  readonly #kind: CostKind;
  readonly #positions: readonly Position[];

  constructor(space: SearchSpace, kind: CostKind, positions: readonly Position[]) {
    this.#space = space;
    this.#kind = kind;
    this.#positions = positions;
  }

  table(factorGenes: readonly number[], settings: Settings): CostTable {
    const positions = this.#positions.map((position) => ({
      ...position,
      entries: this.#entriesOf(position, settings),
    }));
    const all = this.#cost(settings);
    const fixed = positions.reduce((sum, { entries }) => sum - (entries[0]?.cost ?? 0), all);
    return {
      fixed,
      rows: merged(positions),
      factors: factorGenes.map((gene) => {
        const { name, choices } = this.#space.genes[gene] as Gene;
        const entries = choices.map((value, choice) => ({
          value,
          factor: this.#middle([[gene, choice]]) / this.#middle([[gene, choices.length - 1]]),
        }));
        return { gene: name, entries };
      }),
    };
  }

  /** Whether a choice for the whole network makes everything dearer by about the same factor. */
  scalesWith(gene: number): boolean {
    const count = this.#space.genes[gene]?.choices.length ?? 1;
    const ends = [0, count - 1].map((choice) =>
      this.#positions.map((position) => {
        const entries = this.#entriesOf(position, [[gene, choice]]);
        const [cheapest = 0, ...others] = entries.map(({ cost }) => cost).sort((a, b) => a - b);
        return (others.at(-1) ?? cheapest) - cheapest;
      }),
    );
    const whole = this.#middle([[gene, 0]]) / this.#middle([[gene, count - 1]]);
    const [low = [], high = []] = ends;
    return low.every((cost, i) => {
      const other = high[i] as number;
      return other === 0 || Math.abs(cost / other / whole - 1) <= factorTolerance;
    });
  }

  /** Cost of each combination of a position's choices. */
  #entriesOf(position: Position, settings: Settings) {
    const { genes } = position;
    const without = this.#without(position, settings);
    const combinations = genes.reduce<Settings[]>(
      (found, gene) =>
        found.flatMap((before) =>
          (this.#space.genes[gene]?.choices ?? []).map(
            (_, choice): Settings => [...before, [gene, choice]],
          ),
        ),
      [[]],
    );
    const costs = combinations.map((combination) => this.#cost([...settings, ...combination]));
    // What always runs is only known by differences: its cheapest choice is part of what is fixed.
    const zero = without ?? Math.min(...costs);
    return combinations.map((combination, i) => ({
      values: combination.map(
        ([gene, choice]) => this.#space.genes[gene]?.choices[choice] as number | string,
      ),
      cost: (costs[i] as number) - zero,
    }));
  }

  /** Cost of the network that ends before the position, plus what stands behind it; undefined if it always runs. */
  #without({ genes }: Position, settings: Settings): number | undefined {
    const [own = 0] = genes;
    for (const [gene, { dimension, choices }] of this.#space.genes.entries()) {
      if (dimension !== "depth") continue;
      for (let choice = choices.length - 1; choice > 0; choice--) {
        const shorter = this.#choices([...settings, [gene, choice - 1]]);
        const longer = this.#choices([...settings, [gene, choice]]);
        if (this.#space.isActive(own, shorter) || !this.#space.isActive(own, longer)) continue;
        const added = this.#positions.filter(
          (position) =>
            !this.#space.isActive(position.genes[0] ?? 0, shorter) &&
            this.#space.isActive(position.genes[0] ?? 0, longer),
        ).length;
        const difference =
          this.#cost([...settings, [gene, choice]]) - this.#cost([...settings, [gene, choice - 1]]);
        return this.#cost(settings) - difference / added;
      }
    }
    return undefined;
  }

  /** All positions run with their first choices; what holds for the whole network has its last. */
  #choices(settings: Settings): readonly number[] {
    const inPositions = new Set(this.#positions.flatMap(({ genes }) => genes));
    const choices = this.#space.genes.map(({ choices: { length } }, gene) =>
      inPositions.has(gene) ? 0 : length - 1,
    );
    for (const [gene, choice] of settings) choices[gene] = choice;
    return choices;
  }

  #cost(settings: Settings): number {
    return this.#space.cost(this.#space.canonicalise(this.#choices(settings)))[this.#kind];
  }

  /** Cost where every position has its middle choices. */
  #middle(settings: Settings): number {
    const middle = this.#positions.flatMap(({ genes }) =>
      genes.map((gene) => {
        const count = this.#space.genes[gene]?.choices.length ?? 1;
        return [gene, Math.floor((count - 1) / 2)] as const;
      }),
    );
    return this.#cost([...settings, ...middle]);
  }
}

type PositionCosts = Position & Pick<CostRow, "entries">;

/** Positions with the same costs in one row, where the first of them stands. */
function merged(positions: readonly PositionCosts[]): readonly CostRow[] {
  const rows = new Map<
    string,
    { positions: (number | string)[]; genes: readonly string[]; entries: CostRow["entries"] }
  >();
  for (const { name, lists, entries } of positions) {
    const key = JSON.stringify([lists, entries]);
    const row = rows.get(key) ?? { positions: [], genes: lists, entries };
    row.positions.push(name);
    rows.set(key, row);
  }
  return [...rows.values()];
}
