import type { EvaluationResult, SearchEvent } from "./events.js";
import type {
  CandidatesRequest,
  JointProposal,
  JointRequest,
  Proposal,
  RoleAnswer,
  StrategyRequest,
} from "./roles.js";

/** Where a search's events are kept. */
export interface Journal {
  /** Resolves once the event is durable. Throws if another writer owns the journal. */
  append(event: SearchEvent): Promise<void>;
}

/** The two language-model roles. Failing to answer is a value; throwing means the search cannot go on. */
export interface Roles {
  proposeStrategy(request: StrategyRequest, signal: AbortSignal): Promise<RoleAnswer<string>>;
  proposeCandidates(
    request: CandidatesRequest,
    signal: AbortSignal,
  ): Promise<RoleAnswer<readonly Proposal[]>>;
  /** The Navigator alone, as in SiLLM. */
  proposeStrategyAndCandidates(
    request: JointRequest,
    signal: AbortSignal,
  ): Promise<RoleAnswer<JointProposal>>;
}

/** One evaluation, identified by content. */
export interface EvaluationRequest {
  readonly searchId: string;
  readonly candidateId: string;
  readonly supernet: string;
  readonly canonical: string;
  readonly contextDigest: string;
  /** `evaluationKey(canonical, contextDigest)`. */
  readonly key: string;
}

export type EvaluationOutcome =
  | { readonly kind: "completed"; readonly result: EvaluationResult; readonly isStored: boolean }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      /** Whether the same request may succeed later. */
      readonly isRetryable: boolean;
    };

/**
 * Brings evaluations to evaluators; bounds what is under way, waits between attempts and keeps
 * deadlines by itself. A failure is the candidate's: it cannot be built or run, or takes too long.
 * Throwing means that no evaluation can be had: the search is interrupted and can be resumed.
 */
export interface EvaluationDispatcher {
  /**
   * @param onStarted call it whenever an evaluator begins this request (again after a redelivery);
   *   not while it waits in a queue, and not for a stored result. Counts repeated evaluations.
   */
  evaluate(
    request: EvaluationRequest,
    signal: AbortSignal,
    onStarted: () => void,
  ): Promise<EvaluationOutcome>;
}

/** Finished evaluations by key, shared by all searches; the first write wins. */
export interface EvaluationStore {
  read(key: string): Promise<EvaluationResult | undefined>;
  /** Stores the result unless the key has one, and gives what the store now holds. */
  write(key: string, result: EvaluationResult): Promise<EvaluationResult>;
}

export interface Clock {
  now(): Date;
}
