import type { EvaluatedCandidate } from "@collm/search";

/** Points beyond which a chart says no more, but a browser draws ever more slowly. */
const maxPoints = 2_000;

/** A trial with its place in the archive, counted from 0. */
export interface PlacedTrial {
  readonly trial: EvaluatedCandidate;
  readonly place: number;
}

/**
 * The trials that a chart shows as points: all of them up to 2,000; of more, every so-manieth and
 * each that a reader looks for: those of the Pareto front and those that were the best when they came.
 */
export function thinTrials(
  trials: readonly EvaluatedCandidate[],
  front: readonly EvaluatedCandidate[],
): readonly PlacedTrial[] {
  const placed = trials.map((trial, place) => ({ trial, place }));
  if (trials.length <= maxPoints) return placed;
  const stride = Math.ceil(trials.length / maxPoints);
  const onFront = new Set(front);
  let bestPercent = Number.NEGATIVE_INFINITY;
  return placed.filter(({ trial, place }) => {
    const { top1Percent } = trial.status.result;
    const isNewBest = trial.isFeasible && top1Percent > bestPercent;
    if (isNewBest) bestPercent = top1Percent;
    return place % stride === 0 || isNewBest || onFront.has(trial);
  });
}
