import { type Cost, type Limits, limitedCost } from "@collm/search-space";

/** The share of a limit that a cost uses; above 1 the limit is exceeded. */
export interface CostShare {
  readonly limit: keyof Limits;
  readonly share: number;
}

/** The share of the limit that `cost` comes closest to, or undefined where nothing is limited. */
export function bindingShare(cost: Cost, limits: Limits): CostShare | undefined {
  let binding: CostShare | undefined;
  for (const limit of Object.keys(limitedCost) as (keyof Limits)[]) {
    const allowed = limits[limit];
    if (allowed === undefined) continue;
    const share = cost[limitedCost[limit]] / allowed;
    if (!binding || share > binding.share) binding = { limit, share };
  }
  return binding;
}
