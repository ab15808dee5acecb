import type { Architecture, SearchSpace } from "@collm/search-space";

/** An architecture and what is known of it. */
export interface PoolEntry {
  readonly architecture: Architecture;
  /** Accuracy on the split that is ranked by, in percent. */
  readonly top1Percent: number;
}

/** Architectures to draw from, the worst first. */
export interface Pool {
  readonly space: SearchSpace;
  readonly entries: readonly PooledEntry[];
}

export interface PooledEntry extends PoolEntry {
  /** What it computes; entries that share it differ in accuracy by noise only. */
  readonly functionClass: string;
}

/** Sorts what there is by accuracy, so that draws do not depend on the order it came in. */
export function createPool(space: SearchSpace, entries: readonly PoolEntry[]): Pool {
  const sorted = entries
    .map((entry) => ({
      ...entry,
      functionClass: space.functionClass?.(entry.architecture) ?? entry.architecture.canonical,
    }))
    .sort(
      (a, b) =>
        a.top1Percent - b.top1Percent ||
        (a.architecture.canonical < b.architecture.canonical ? -1 : 1),
    );
  return { space, entries: sorted };
}
