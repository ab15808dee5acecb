import type { SearchConfig } from "./config.js";
import type { SupernetInfo } from "./events.js";

/**
 * The supernet as a search journals it and shows it to its roles: with `permuteOperators` its space
 * says so. Identity, costs and evaluations stay those of the supernet.
 */
export function presentedSupernet(supernet: SupernetInfo, config: SearchConfig): SupernetInfo {
  const { space } = supernet;
  const { permuteOperators } = config;
  if (space.family !== "nas-bench-201" || permuteOperators === undefined) return supernet;
  return { ...supernet, space: { ...space, permuteOperators } };
}
