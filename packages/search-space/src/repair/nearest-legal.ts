import { show } from "../reasons.js";
import type { Architecture, Gene, SearchSpace } from "../space.js";

/** An architecture, and what had to change for it. */
export interface Repaired {
  readonly architecture: Architecture;
  /** One entry for each changed gene, e.g. `ks[3]: 4 -> 3`. */
  readonly changes: readonly string[];
}

/** A gene as somebody wrote it: the nearest choice, and how far away it is. */
interface WrittenGene {
  readonly choice: number;
  readonly isKept: boolean;
  readonly distance: number;
  readonly written: unknown;
}

/** Combinations of depths that are tried; once-for-all has 243. */
const maxCombinations = 4_096;

/**
 * The legal architecture that `notation` needs the fewest changes for: fewest genes with an effect
 * whose written value is not kept, then the smallest sum of differences of numbers, then the first in
 * the order of depths. A value that is missing, or is no number among numbers, becomes the first
 * choice and differs by 0. Values beyond a list's end and unknown keys are left out.
 *
 * A changed depth can make other changes needless, so all combinations of depths are compared.
 *
 * @returns undefined where the notation has no gene with a value to keep
 */
export function nearestLegal(space: SearchSpace, notation: unknown): Repaired | undefined {
  const written = space.genes.map((gene) => readGene(gene, valueAt(notation, gene.name)));
  if (!written.some(({ isKept }) => isKept)) return undefined;
  let best: { readonly choices: readonly number[]; readonly score: Score } | undefined;
  for (const choices of combinations(space, written)) {
    const score = scoreOf(space, choices, written);
    if (!best || isLess(score, best.score)) best = { choices, score };
  }
  if (!best) return undefined;
  const { choices } = best;
  const changes = space.genes.flatMap((gene, i) => {
    const { written: value, isKept, choice } = written[i] as WrittenGene;
    const isChanged = space.isActive(i, choices) && !(isKept && choice === choices[i]);
    return isChanged
      ? [`${gene.name}: ${show(value)} -> ${gene.choices[choices[i] as number]}`]
      : [];
  });
  return { architecture: space.canonicalise(choices), changes };
}

/** The value at a gene's name, which is its path in the notation: `r`, `ks[3]`, `0-2`, `block[7]`. */
function valueAt(notation: unknown, name: string): unknown {
  const [, key = "", index] = /^(.*?)(?:\[(\d+)\])?$/.exec(name) ?? [];
  if (Array.isArray(notation)) return index === undefined ? undefined : notation[Number(index)];
  const value: unknown =
    typeof notation === "object" && notation !== null && Object.hasOwn(notation, key)
      ? (notation as Readonly<Record<string, unknown>>)[key]
      : undefined;
  if (index !== undefined) return Array.isArray(value) ? value[Number(index)] : undefined;
  // One value that is written as a list of itself, as an embedding width once per layer.
  return Array.isArray(value) ? value[0] : value;
}

function readGene({ choices }: Gene, written: unknown): WrittenGene {
  const kept = choices.indexOf(written as number);
  if (kept !== -1) return { choice: kept, isKept: true, distance: 0, written };
  const distances = choices.map((choice) =>
    typeof written === "number" && Number.isFinite(written) && typeof choice === "number"
      ? Math.abs(choice - written)
      : 0,
  );
  const distance = Math.min(...distances);
  return { choice: distances.indexOf(distance), isKept: false, distance, written };
}

/** Changed genes, then the sum of differences. */
type Score = readonly [changed: number, distance: number];

function isLess(a: Score, b: Score): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function scoreOf(
  space: SearchSpace,
  choices: readonly number[],
  written: readonly WrittenGene[],
): Score {
  let changed = 0;
  let distance = 0;
  written.forEach((gene, i) => {
    if (!space.isActive(i, choices)) return;
    const chosen = space.genes[i]?.choices[choices[i] as number];
    if (gene.isKept && gene.choice === choices[i]) return;
    changed++;
    distance +=
      typeof chosen === "number" &&
      typeof gene.written === "number" &&
      Number.isFinite(gene.written)
        ? Math.abs(chosen - gene.written)
        : 0;
  });
  return [changed, distance];
}

/** The nearest choice of every gene, with every combination of depths. */
function* combinations(
  space: SearchSpace,
  written: readonly WrittenGene[],
): Generator<readonly number[]> {
  const nearest = written.map(({ choice }) => choice);
  yield nearest;
  const depths = space.genes.flatMap(({ dimension }, i) => (dimension === "depth" ? [i] : []));
  const sizes = depths.map((gene) => space.genes[gene]?.choices.length ?? 1);
  const count = sizes.reduce((product, size) => product * size, 1);
  for (let number = 0; number < Math.min(count, maxCombinations); number++) {
    const choices = [...nearest];
    let rest = number;
    depths.forEach((gene, i) => {
      choices[gene] = rest % (sizes[i] as number);
      rest = Math.floor(rest / (sizes[i] as number));
    });
    yield choices;
  }
}
