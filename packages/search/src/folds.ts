import { bestOf, type EvaluatedCandidate, isEvaluated } from "./evaluated.js";
import type { Candidate, IterationRecord, SearchState } from "./state.js";

export { bestOf, type EvaluatedCandidate, isEvaluated };

/** Evaluated candidates in proposal order, whatever order their results arrived in. */
export function archive(state: SearchState): readonly EvaluatedCandidate[] {
  return evaluatedOf(state.iterations.slice());
}

/** Evaluated candidates of these iterations, in proposal order. */
export function evaluatedOf(iterations: readonly IterationRecord[]): EvaluatedCandidate[] {
  return iterations.flatMap((record) => (record.candidates ?? []).filter(isEvaluated));
}

/**
 * The winner (alpha* of Algorithm 1): the first feasible candidate in proposal order that
 * nothing evaluated later beats. Undefined while nothing feasible was evaluated.
 */
export function best(state: SearchState): EvaluatedCandidate | undefined {
  return state.iterations.tally.best;
}

/** Best accuracy after each evaluation; null while nothing feasible was evaluated. */
export function bestSoFar(state: SearchState): readonly (number | null)[] {
  let top1Percent: number | null = null;
  return archive(state).map((candidate) => {
    if (candidate.isFeasible) {
      top1Percent = Math.max(top1Percent ?? 0, candidate.status.result.top1Percent);
    }
    return top1Percent;
  });
}

/**
 * The proposal funnel: proposed >= parsed >= legal >= novel >= evaluated, with feasible (legal,
 * novel and within the limits) beside them.
 */
export interface Funnel {
  readonly proposed: number;
  readonly parsed: number;
  readonly legal: number;
  readonly novel: number;
  readonly evaluated: number;
  readonly feasible: number;
}

export function funnelOf(candidates: readonly Candidate[]): Funnel {
  const rejected = (candidate: Candidate): string | undefined =>
    candidate.status.kind === "rejected" ? candidate.status.reason : undefined;
  const screened = candidates.filter((candidate) => candidate.status.kind !== "proposed");
  const parsed = screened.filter((candidate) => rejected(candidate) !== "unparsable");
  const legal = parsed.filter((candidate) => rejected(candidate) !== "illegal");
  const novel = legal.filter(
    (candidate) => !["duplicate", "isomorphic"].includes(rejected(candidate) ?? ""),
  );
  return {
    proposed: candidates.length,
    parsed: parsed.length,
    legal: legal.length,
    novel: novel.length,
    evaluated: novel.filter(isEvaluated).length,
    feasible: novel.filter((candidate) => candidate.isFeasible === true).length,
  };
}

/** Candidates that were changed to become legal or feasible. */
export function repairedCount(state: SearchState): number {
  return state.iterations
    .flatMap((record) => record.candidates ?? [])
    .filter(({ repair }) => repair !== undefined).length;
}

export function funnel(state: SearchState): Funnel {
  return funnelOf(state.iterations.flatMap((record) => record.candidates ?? []));
}

/** Evaluated candidates that no other is at least as cheap and more accurate than, cheapest first. */
export function paretoFront(
  candidates: readonly EvaluatedCandidate[],
  costOf: (candidate: EvaluatedCandidate) => number,
): readonly EvaluatedCandidate[] {
  const byCost = [...candidates].sort(
    (a, b) => costOf(a) - costOf(b) || b.status.result.top1Percent - a.status.result.top1Percent,
  );
  const front: EvaluatedCandidate[] = [];
  for (const candidate of byCost) {
    const last = front.at(-1);
    if (!last || candidate.status.result.top1Percent > last.status.result.top1Percent) {
      front.push(candidate);
    }
  }
  return front;
}

/** How many candidates were evaluated. */
export function evaluatedCount(state: SearchState): number {
  return state.iterations.tally.evaluated;
}

/** Evaluations counted against the budget: asked for and not given up. */
export function budgetSpent(state: SearchState): number {
  return state.iterations.tally.spent;
}

/**
 * Evaluations that an evaluator began again because a process died or an attempt failed. Work
 * that waited in a queue, and a result that the store already had, is no repetition.
 */
export function repeatedEvaluations(state: SearchState): number {
  return state.iterations
    .flatMap((record) => record.candidates ?? [])
    .reduce((sum, { starts }) => sum + Math.max(0, starts - 1), 0);
}
