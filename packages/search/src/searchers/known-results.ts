import type { Architecture } from "@collm/search-space";
import { evaluatedOf, isEvaluated } from "../folds.js";
import { GrowingMap } from "../growing-map.js";
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
 * Accuracy in percent by identity (`identityOf`), of every result so far; of networks that count as
 * one, the first that was evaluated. For searchers that propose networks again: the loop rejects a
 * repeat as a duplicate and spends nothing on it; here its result is looked up, as if it had been
 * evaluated.
 */
export type KnownResults = GrowingMap<number>;

export const nothingKnown: KnownResults = GrowingMap.empty();

/** With an iteration's results. */
export function withResults(
  setup: SearcherSetup,
  known: KnownResults,
  record: IterationRecord,
): KnownResults {
  return evaluatedOf([record]).reduce(
    (grown, { architecture, status }) =>
      grown.with(identityOf(setup, architecture), status.result.top1Percent),
    known,
  );
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
  return (record.candidates ?? []).flatMap((candidate) => {
    const { architecture, isFeasible = false } = candidate;
    if (!architecture) return [];
    const top1Percent = isEvaluated(candidate)
      ? candidate.status.result.top1Percent
      : known.get(identityOf(setup, architecture));
    return top1Percent === undefined ? [] : [{ architecture, top1Percent, isFeasible }];
  });
}
