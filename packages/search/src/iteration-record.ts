import type { Architecture, Cost } from "@collm/search-space";
import type { EvaluationResult, RejectionReason, Repair } from "./events.js";
import type { PromptSize } from "./prompt-size.js";
import type { NotedRoleChange } from "./role-change.js";
import type { StandIn } from "./stand-in.js";

/** What became of a candidate so far. */
export type CandidateStatus =
  | { readonly kind: "proposed" }
  | { readonly kind: "rejected"; readonly reason: RejectionReason; readonly detail: string }
  | { readonly kind: "requested"; readonly failures: number }
  | { readonly kind: "evaluated"; readonly result: EvaluationResult; readonly isStored: boolean }
  | { readonly kind: "failed"; readonly message: string };

/** An architecture proposed at a step, with its origin and fate. */
export interface Candidate {
  readonly id: string;
  readonly iteration: number;
  /** `generator`, `navigator`, `evolution`, `random`, `fallback`, ... */
  readonly origin: string;
  readonly text?: string | undefined;
  readonly notation?: unknown;
  readonly problem?: string | undefined;
  /** Known as soon as the candidate was found legal. */
  readonly architecture?: Architecture | undefined;
  /** Set where `architecture` is not what was written. */
  readonly repair?: Repair | undefined;
  readonly cost?: Cost | undefined;
  readonly isFeasible?: boolean | undefined;
  readonly key?: string | undefined;
  /** How often its evaluation was asked for; more than once after failures and deaths. */
  readonly attempts: number;
  /** How often an evaluator began it; more than once is repeated work. */
  readonly starts: number;
  readonly status: CandidateStatus;
}

/** Parts of a round that the Generator is asked for side by side. */
export interface SubBatches {
  /** Candidates that all of them are asked for. */
  readonly count: number;
  readonly of: number;
  /** Numbers, from 1, of those that were answered or failed. */
  readonly settled: readonly number[];
}

/** One round of the search: at most one strategy, and the candidates it led to in proposal order. */
export interface IterationRecord {
  readonly index: number;
  readonly strategy?: string | undefined;
  readonly candidates?: readonly Candidate[] | undefined;
  /** Set where the Generator is asked for the round in several sub-batches. */
  readonly subBatches?: SubBatches | undefined;
  /** Of the prompt that the strategy answers, where its endpoint counted tokens. */
  readonly promptSize?: PromptSize | undefined;
  /** Set where a searcher is shown a round that is not over: candidates left out of it. */
  readonly pendingCount?: number | undefined;
  /** Roles that failed in this round, with the reason. */
  readonly degraded: readonly { readonly role: string; readonly reason: string }[];
  /** Answers of this round that somebody else gave than who was to play the role; absent means none. */
  readonly standIns?: readonly Pick<StandIn, "role" | "player">[] | undefined;
  /** Roles that somebody else was set up to play from an answer of this round on; absent means none. */
  readonly roleChanges?: readonly NotedRoleChange[] | undefined;
}

/** Whether nothing more will happen to the candidate. */
export function isSettled(candidate: Candidate): boolean {
  return candidate.status.kind !== "proposed" && candidate.status.kind !== "requested";
}

/** Whether the round has all its candidates. */
export function isProposed({ candidates, subBatches }: IterationRecord): boolean {
  return candidates !== undefined && (!subBatches || subBatches.settled.length === subBatches.of);
}

/** Whether the round has its candidates and all of them are settled. */
export function isClosed(record: IterationRecord): boolean {
  return isProposed(record) && (record.candidates?.every(isSettled) ?? false);
}
