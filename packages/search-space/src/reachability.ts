import { type CostKind, type Limits, limitedCost } from "./cost.js";
import type { SearchSpace } from "./space.js";

/** A limit below everything the space can build. */
export interface UnreachableLimit {
  readonly limit: keyof Limits;
  readonly kind: CostKind;
  readonly allowed: number;
  /** The smallest cost of this kind in the space. */
  readonly smallest: number;
}

/** The limits that no architecture of the space meets; a search under them could find nothing. */
export function unreachableLimits(space: SearchSpace, limits: Limits): readonly UnreachableLimit[] {
  return (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((limit) => {
    const allowed = limits[limit];
    const kind = limitedCost[limit];
    const smallest = space.cost(space.cheapest(kind))[kind];
    return allowed !== undefined && smallest > allowed ? [{ limit, kind, allowed, smallest }] : [];
  });
}
