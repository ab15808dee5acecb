import { CollmError } from "@collm/errors";
import { type CostKind, limitedCost } from "@collm/search-space";
import type { SearchFlags } from "../commands/search-flags.js";

/** A list of limits as it was typed. */
export interface LimitList {
  readonly flag: "maxFlops" | "maxMacs" | "maxParams";
  /** Each as typed, e.g. `300M`. */
  readonly limits: readonly string[];
  readonly cost: CostKind;
}

const names = {
  maxFlops: "--max-flops",
  maxMacs: "--max-macs",
  maxParams: "--max-params",
} as const;

/** The list of limits of which each wants a search of its own; undefined if there is none. */
export function splitLimits(flags: SearchFlags): LimitList | undefined {
  const lists = (["maxFlops", "maxMacs", "maxParams"] as const).filter((flag) =>
    flags[flag]?.includes(","),
  );
  const [flag, other] = lists;
  if (flag === undefined) return undefined;
  if (other !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `${names[other]}: got a list as ${names[flag]} did, allowed is a list for one of them`,
    );
  }
  const limits = (flags[flag] ?? "").split(",").map((limit) => limit.trim());
  if (limits.includes("") || new Set(limits).size < limits.length) {
    throw new CollmError(
      "invalid-argument",
      `${names[flag]}: got "${flags[flag]}", allowed are different limits with commas between them`,
    );
  }
  return { flag, limits, cost: limitedCost[flag] };
}
