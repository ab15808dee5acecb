import { bestOf, type EvaluatedCandidate, isEvaluated } from "./evaluated.js";
import type { IterationRecord } from "./iteration-record.js";

/** What rounds amount to, so that nobody counts a long search's candidates at each step. */
export interface IterationTally {
  readonly evaluated: number;
  /** Evaluations counted against the budget: asked for and not given up. */
  readonly spent: number;
  /** The most accurate feasible candidate; of equals, the first. */
  readonly best: EvaluatedCandidate | undefined;
}

export const noTally: IterationTally = { evaluated: 0, spent: 0, best: undefined };

/** The tally of some rounds and one after them. */
export function tallied(
  before: IterationTally,
  { candidates = [] }: IterationRecord,
): IterationTally {
  const evaluated = candidates.filter(isEvaluated);
  const waiting = candidates.filter(({ status }) => status.kind === "requested").length;
  return {
    evaluated: before.evaluated + evaluated.length,
    spent: before.spent + evaluated.length + waiting,
    best: bestOf(before.best ? [before.best, ...evaluated] : evaluated),
  };
}
