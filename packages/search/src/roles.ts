import type { Cost, Limits, Notation, SpaceSpec } from "@collm/search-space";
import type { Exchange } from "./events.js";
import { isEvaluated } from "./folds.js";
import type { PromptSize } from "./prompt-size.js";
import type { IterationRecord } from "./state.js";

/** What the search is after, as the language-model roles are told. */
export interface Task {
  readonly limits: Limits;
  readonly targetTop1Percent?: number | undefined;
}

/** A trial as the roles see it. */
export interface TrialSummary {
  readonly candidateId: string;
  readonly canonical: string;
  readonly notation: Notation;
  readonly cost: Cost;
  readonly top1Percent: number;
  readonly isFeasible: boolean;
  /** What was changed in the proposal, e.g. `ks[3]: 4 -> 3`; absent where it is as proposed. */
  readonly repairs?: readonly string[] | undefined;
}

/** A candidate that was not evaluated, as the roles see it. */
export interface RejectionSummary {
  readonly candidateId: string;
  readonly reason: string;
  readonly detail: string;
  readonly canonical?: string | undefined;
  readonly notation?: Notation | undefined;
  readonly cost?: Cost | undefined;
}

/** One round: a strategy and what it led to. */
export interface TrajectoryIteration {
  readonly index: number;
  readonly strategy: string;
  readonly trials: readonly TrialSummary[];
  /** Empty where the roles are not told (`rejectionFeedback`). */
  readonly rejections: readonly RejectionSummary[];
  /** Results that are still to come, where a round is told of before it is over; absent means none. */
  readonly pendingCount?: number | undefined;
  /** Of the prompt that led to the strategy, where its endpoint counted tokens. */
  readonly promptSize?: PromptSize | undefined;
}

/** What the Navigator is asked: the whole trajectory, so that it needs no state of its own. */
export interface StrategyRequest {
  readonly task: Task;
  readonly space: SpaceSpec;
  readonly iteration: number;
  readonly trajectory: readonly TrajectoryIteration[];
  readonly hasMemory: boolean;
  readonly seed: number;
}

/** What a Navigator without a Generator is asked: to reflect, and to write the candidates as well. */
export interface JointRequest
  extends StrategyRequest,
    Pick<CandidatesRequest, "count" | "visited" | "hasCostHints"> {}

/** What it answers. */
export interface JointProposal {
  /** Its reflection, for the journal and for its own next turn; may be empty. */
  readonly strategy: string;
  readonly proposals: readonly Proposal[];
}

/** What the Generator is asked: the current strategy, no earlier result (unless in an ablation). */
export interface CandidatesRequest {
  readonly task: Task;
  readonly space: SpaceSpec;
  readonly iteration: number;
  /** Empty where there is no Navigator: then the history is all there is to go by. */
  readonly strategy: string;
  readonly count: number;
  /** Canonical strings not to propose again; empty where it is not told (`visitedHints`). */
  readonly visited: readonly string[];
  /** Whether a language model is told what choices cost (`costHints`). */
  readonly hasCostHints: boolean;
  /** Empty by default. */
  readonly history: readonly TrajectoryIteration[];
  readonly seed: number;
  /** Number, from 1, of the part of a round that is asked for in several; the role is not told. */
  readonly subBatch?: number | undefined;
}

/** One candidate as found in an answer; `notation` is not yet checked for legality. */
export interface Proposal {
  readonly text: string;
  readonly notation?: unknown;
  readonly problem?: string | undefined;
}

interface AnswerBase {
  /** Every request that was made, in order. */
  readonly exchanges: readonly Exchange[];
  /**
   * Who was set up to play the role when it was asked, as in `SearchStarted.roles`; absent where nobody
   * told. Others may have answered in their place: the exchanges say so.
   */
  readonly player?: string | undefined;
}

/** A role either answers or does not; not answering is an expected outcome. */
export type RoleAnswer<T> =
  | (AnswerBase & { readonly kind: "answered"; readonly value: T })
  | (AnswerBase & { readonly kind: "failed"; readonly reason: string });

/** The trajectory entry of a closed iteration. */
export function summariseIteration(
  record: IterationRecord,
  notationOf: (candidate: NonNullable<IterationRecord["candidates"]>[number]) => Notation,
): TrajectoryIteration {
  const candidates = record.candidates ?? [];
  return {
    index: record.index,
    strategy: record.strategy ?? "",
    ...(record.promptSize ? { promptSize: record.promptSize } : {}),
    ...(record.pendingCount ? { pendingCount: record.pendingCount } : {}),
    trials: candidates.filter(isEvaluated).map((candidate) => ({
      candidateId: candidate.id,
      canonical: candidate.architecture.canonical,
      notation: notationOf(candidate),
      cost: candidate.cost,
      top1Percent: candidate.status.result.top1Percent,
      isFeasible: candidate.isFeasible,
      ...(candidate.repair ? { repairs: candidate.repair.changes } : {}),
    })),
    rejections: candidates.flatMap((candidate) => {
      const { status } = candidate;
      if (status.kind !== "rejected" && status.kind !== "failed") return [];
      return [
        {
          candidateId: candidate.id,
          reason: status.kind === "rejected" ? status.reason : "failed",
          detail: status.kind === "rejected" ? status.detail : status.message,
          ...(candidate.architecture
            ? { canonical: candidate.architecture.canonical, notation: notationOf(candidate) }
            : {}),
          ...(candidate.cost ? { cost: candidate.cost } : {}),
        },
      ];
    }),
  };
}
