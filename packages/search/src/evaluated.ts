import type { Candidate } from "./iteration-record.js";

/** An evaluated candidate with everything a reader of results needs at hand. */
export interface EvaluatedCandidate extends Candidate {
  readonly architecture: NonNullable<Candidate["architecture"]>;
  readonly cost: NonNullable<Candidate["cost"]>;
  readonly isFeasible: boolean;
  readonly status: Extract<Candidate["status"], { kind: "evaluated" }>;
}

export function isEvaluated(candidate: Candidate): candidate is EvaluatedCandidate {
  return candidate.status.kind === "evaluated";
}

/** The most accurate feasible candidate; of equals, the first. */
export function bestOf(candidates: readonly EvaluatedCandidate[]): EvaluatedCandidate | undefined {
  let winner: EvaluatedCandidate | undefined;
  for (const candidate of candidates) {
    if (!candidate.isFeasible) continue;
    if (!winner || candidate.status.result.top1Percent > winner.status.result.top1Percent) {
      winner = candidate;
    }
  }
  return winner;
}
