import type { SearchSpace } from "@collm/search-space";
import type { EvaluationResult, EventOf, FinishReason, SearchEventType } from "./events.js";
import { GrowingSet } from "./growing-set.js";
import type { Candidate } from "./iteration-record.js";
import { Iterations } from "./iterations.js";
import { type LlmSpending, nothingSpentYet } from "./spending.js";

export {
  type Candidate,
  type CandidateStatus,
  type IterationRecord,
  isClosed,
  isProposed,
  isSettled,
  type SubBatches,
} from "./iteration-record.js";

export type SearchPhase = "new" | "running" | "interrupted" | "finished";

/**
 * A search, folded from its journal. Never stored: reading the events again gives it again.
 */
export interface SearchState {
  readonly phase: SearchPhase;
  readonly lastSeq: number;
  /** Type of the last event; absent before the first. */
  readonly lastType?: SearchEventType | undefined;
  /** When the last event was journaled: UTC, ISO 8601. */
  readonly lastAt?: string | undefined;
  readonly started?: EventOf<"SearchStarted"> | undefined;
  readonly space?: SearchSpace | undefined;
  /** Who is to play each role, as journaled last: `{navigator: "vllm:qwen3"}`. */
  readonly roles: Readonly<Record<string, string>>;
  readonly iterations: Iterations;
  /** Canonical strings of every legal candidate ever proposed (V of Algorithm 1). */
  readonly seen: GrowingSet;
  /** Their isomorphism classes; empty unless isomorphs are merged. */
  readonly seenClasses: GrowingSet;
  /** What was spent on language models. */
  readonly llm: LlmSpending;
  readonly finishReason?: FinishReason | undefined;
  readonly interruption?: string | undefined;
  readonly testOpened?: string | undefined;
  readonly test?: { readonly canonical: string; readonly result: EvaluationResult } | undefined;
}

export const emptyState: SearchState = {
  phase: "new",
  lastSeq: 0,
  roles: {},
  iterations: Iterations.empty,
  seen: GrowingSet.empty,
  seenClasses: GrowingSet.empty,
  llm: nothingSpentYet,
};

/** Candidates of a round so far. */
export function candidatesOf(state: SearchState, iteration: number): readonly Candidate[] {
  return state.iterations.at(iteration - 1)?.candidates ?? [];
}
