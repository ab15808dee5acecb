import {
  type Architecture,
  excesses,
  type LimitExcess,
  nearestFeasible,
  nearestLegal,
  type SearchSpace,
} from "@collm/search-space";
import type { SearchConfig } from "./config.js";
import type { Repair } from "./events.js";
import type { Candidate } from "./state.js";

/** The architecture that a candidate stands for, as written or repaired. */
export type ReadCandidate =
  | {
      readonly kind: "legal";
      readonly architecture: Architecture;
      readonly repair?: Repair | undefined;
    }
  | { readonly kind: "illegal"; readonly reasons: readonly string[] };

/**
 * Reads a candidate's notation. With `repair` an illegal one that a role wrote is moved to the nearest
 * legal architecture, and with `repair: limits` one over a limit to the nearest within the limits. What
 * no edit can help stays as it is. Searchers' own candidates are never changed.
 */
export function readCandidate(
  space: SearchSpace,
  { repair, limits }: Pick<SearchConfig, "repair" | "limits">,
  { notation, text }: Pick<Candidate, "notation" | "text">,
): ReadCandidate {
  const legality = space.legality(notation);
  if (repair === "off" || text === undefined) return legality;
  const legal =
    legality.kind === "legal"
      ? { architecture: legality.architecture, changes: [] }
      : nearestLegal(space, notation);
  // An unknown key alone needs no change of a gene, and may mean what the space does not have.
  if (!legal || (legality.kind === "illegal" && legal.changes.length === 0)) return legality;
  const exceeded = excesses(space.cost(legal.architecture), limits);
  const cheaper =
    repair === "limits" && exceeded.length > 0
      ? nearestFeasible(space, legal.architecture, limits)
      : undefined;
  const changes = [...legal.changes, ...(cheaper?.changes ?? [])];
  const problems = [
    ...(legality.kind === "illegal" ? legality.reasons : []),
    ...(cheaper ? [excessInWords(exceeded)] : []),
  ];
  return {
    kind: "legal",
    architecture: (cheaper ?? legal).architecture,
    ...(changes.length > 0 ? { repair: { problem: problems.join("; "), changes } } : {}),
  };
}

/** `macs 512000 is over the limit of 450000`. */
export function excessInWords(exceeded: readonly LimitExcess[]): string {
  return exceeded
    .map(({ kind, value, allowed }) => `${kind} ${value} is over the limit of ${allowed}`)
    .join("; ");
}
