import type { SearchConfig } from "./config.js";
import {
  type IterationRecord,
  isClosed,
  isProposed,
  isSettled,
  type SearchState,
} from "./state.js";

/*
 * How far proposals may be ahead of results. With staleness 0 a round begins when the last one is
 * closed (Algorithm 1). With staleness s it may begin while evaluations of the s rounds before it
 * are still under way, once a share of the latest one's results is in: evaluators then have work
 * while a language model thinks, and the model decides on results that lack the last few.
 */

/** Rounds in which something is still to come, the oldest first. */
export function openIterations(
  { iterations }: SearchState,
  { staleness }: Pick<SearchConfig, "staleness">,
): readonly IterationRecord[] {
  // The bound keeps all older ones closed.
  return iterations.slice(-(staleness + 1)).filter((record) => !isClosed(record));
}

/** Whether the round after the latest may begin; the latest must have its candidates. */
export function mayBeginNext(
  { iterations }: SearchState,
  { staleness, resultShare }: Pick<SearchConfig, "staleness" | "resultShare">,
): boolean {
  const latest = iterations.last;
  if (!latest) return true;
  const oldest = iterations.at(-1 - staleness);
  if (oldest && !isClosed(oldest)) return false;
  const candidates = latest.candidates ?? [];
  const settled = candidates.filter(isSettled).length;
  return isProposed(latest) && settled >= resultShare * candidates.length;
}
