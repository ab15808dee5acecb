import type { Architecture } from "@collm/search-space";
import { type EvaluatedCandidate, evaluatedOf, isEvaluated } from "../folds.js";
import type { SearcherSetup } from "../searcher.js";
import type { IterationRecord } from "../state.js";
import { identityOf } from "./collect-novel.js";

/** An architecture with its accuracy, measured now or known from before. */
export interface KnownTrial {
  readonly architecture: Architecture;
  readonly top1Percent: number;
  readonly isFeasible: boolean;
}

/**
 * Every result so far, for searchers that propose networks again. The loop rejects a repeat as a
 * duplicate and spends nothing on it; here its result is looked up, as if it had been evaluated.
 */
export interface KnownResults {
  readonly trials: readonly EvaluatedCandidate[];
}

export const nothingKnown: KnownResults = { trials: [] };

/** With a closed iteration's results. */
export function withResults({ trials }: KnownResults, record: IterationRecord): KnownResults {
  return { trials: [...trials, ...evaluatedOf([record])] };
}

/** Accuracy by identity; of networks that count as one, the first that was evaluated. */
export function accuracies(
  setup: SearcherSetup,
  { trials }: KnownResults,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { architecture, status } of trials) {
    const identity = identityOf(setup, architecture);
    if (!found.has(identity)) found.set(identity, status.result.top1Percent);
  }
  return found;
}

/**
 * What a closed iteration's candidates gave, in proposal order: new results and those of repeats.
 * Candidates whose evaluation failed have none.
 *
 * @param known with the iteration's own results
 */
export function trialsOf(
  setup: SearcherSetup,
  known: KnownResults,
  record: IterationRecord,
): readonly KnownTrial[] {
  const candidates = record.candidates ?? [];
  const byIdentity = candidates.every(isEvaluated) ? undefined : accuracies(setup, known);
  return candidates.flatMap((candidate) => {
    const { architecture, isFeasible = false } = candidate;
    if (!architecture) return [];
    const top1Percent = isEvaluated(candidate)
      ? candidate.status.result.top1Percent
      : byIdentity?.get(identityOf(setup, architecture));
    return top1Percent === undefined ? [] : [{ architecture, top1Percent, isFeasible }];
  });
}
