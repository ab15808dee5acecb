/**
 * What an architecture costs, exactly. Whole numbers for everything a search may choose; only
 * `officialFlops` of an AutoFormer with an odd embedding width, which can be evaluated but not be
 * searched, ends in a half, as in the original.
 */
export interface Cost {
  /** Multiply-accumulates of one forward pass with one image. */
  readonly macs: number;
  /** What the family's original counter prints; papers report it as "FLOPs" and limits mean it. */
  readonly officialFlops: number;
  /** Trainable parameters of the extracted subnet. */
  readonly paramsCount: number;
}

export type CostKind = keyof Cost;

/** Upper bounds on cost; absent means unlimited. At least one is usual, none is allowed. */
export interface Limits {
  readonly maxFlops?: number | undefined;
  readonly maxMacs?: number | undefined;
  readonly maxParams?: number | undefined;
}

/** The cost that each limit bounds. */
export const limitedCost = {
  maxFlops: "officialFlops",
  maxMacs: "macs",
  maxParams: "paramsCount",
} as const satisfies Record<keyof Limits, CostKind>;

export interface LimitExcess {
  readonly limit: keyof Limits;
  readonly kind: CostKind;
  readonly value: number;
  readonly allowed: number;
}

/** The limits that `cost` exceeds; empty means feasible. A cost equal to its limit is feasible. */
export function excesses(cost: Cost, limits: Limits): readonly LimitExcess[] {
  const found: LimitExcess[] = [];
  for (const limit of Object.keys(limitedCost) as (keyof Limits)[]) {
    const allowed = limits[limit];
    const kind = limitedCost[limit];
    if (allowed !== undefined && cost[kind] > allowed) {
      found.push({ limit, kind, value: cost[kind], allowed });
    }
  }
  return found;
}

/** Whether `cost` respects every limit. */
export function isFeasible(cost: Cost, limits: Limits): boolean {
  return excesses(cost, limits).length === 0;
}
