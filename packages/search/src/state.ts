import {
  type Architecture,
  type Cost,
  createSearchSpace,
  isFeasible,
  type SearchSpace,
} from "@collm/search-space";
import type {
  EvaluationResult,
  EventOf,
  FinishReason,
  RejectionReason,
  SearchEvent,
} from "./events.js";

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
  /** `generator`, `evolution`, `random`, `fallback`, ... */
  readonly origin: string;
  readonly text?: string | undefined;
  readonly notation?: unknown;
  readonly problem?: string | undefined;
  /** Known as soon as the candidate was found legal. */
  readonly architecture?: Architecture | undefined;
  readonly cost?: Cost | undefined;
  readonly isFeasible?: boolean | undefined;
  readonly key?: string | undefined;
  /** How often its evaluation was asked for; more than once after failures and deaths. */
  readonly attempts: number;
  readonly status: CandidateStatus;
}

/** One round of the search: at most one strategy, and the candidates it led to in proposal order. */
export interface IterationRecord {
  readonly index: number;
  readonly strategy?: string | undefined;
  readonly candidates?: readonly Candidate[] | undefined;
  /** Roles that failed in this round, with the reason. */
  readonly degraded: readonly { readonly role: string; readonly reason: string }[];
}

export type SearchPhase = "new" | "running" | "interrupted" | "finished";

/**
 * A search, folded from its journal. Never stored: reading the events again gives it again.
 */
export interface SearchState {
  readonly phase: SearchPhase;
  readonly lastSeq: number;
  readonly started?: EventOf<"SearchStarted"> | undefined;
  readonly space?: SearchSpace | undefined;
  readonly iterations: readonly IterationRecord[];
  /** Canonical strings of every legal candidate ever proposed (V of Algorithm 1). */
  readonly seen: ReadonlySet<string>;
  readonly finishReason?: FinishReason | undefined;
  readonly interruption?: string | undefined;
  readonly testOpened?: string | undefined;
  readonly test?: { readonly canonical: string; readonly result: EvaluationResult } | undefined;
}

export const emptyState: SearchState = {
  phase: "new",
  lastSeq: 0,
  iterations: [],
  seen: new Set(),
};

/** Folds one event in. Throws when the event cannot follow the state: the journal is not one search's. */
export function applyEvent(state: SearchState, event: SearchEvent): SearchState {
  if (event.seq !== state.lastSeq + 1) {
    throw new RangeError(`event ${event.seq} (${event.type}) follows event ${state.lastSeq}`);
  }
  const next = { ...state, lastSeq: event.seq };
  switch (event.type) {
    case "SearchStarted":
      return {
        ...next,
        phase: "running",
        started: event,
        space: createSearchSpace(event.supernet.space),
      };
    case "SearchResumed":
      return { ...next, phase: "running", interruption: undefined };
    case "SearchInterrupted":
      return { ...next, phase: "interrupted", interruption: event.reason };
    case "SearchFinished":
      return { ...next, phase: "finished", finishReason: event.reason };
    case "TestOpened":
      return { ...next, testOpened: event.canonical };
    case "TestCompleted":
      return { ...next, test: { canonical: event.canonical, result: event.result } };
    case "StrategyRequested":
    case "CandidatesRequested":
      return withIteration(next, event.iteration, (record) => record);
    case "StrategyProposed":
      return withIteration(next, event.iteration, (record) => ({
        ...record,
        strategy: event.strategy,
      }));
    case "Degraded":
      return withIteration(next, event.iteration, (record) => ({
        ...record,
        degraded: [...record.degraded, { role: event.role, reason: event.reason }],
      }));
    case "CandidatesProposed":
      return withIteration(next, event.iteration, (record) => ({
        ...record,
        candidates: event.candidates.map((candidate) => ({
          ...candidate,
          iteration: event.iteration,
          origin: event.origin,
          attempts: 0,
          status: { kind: "proposed" },
        })),
      }));
    case "CandidateRejected":
      return withCandidate(withSeen(next, event.canonical), event, (candidate) => ({
        ...candidate,
        ...(event.canonical ? { architecture: architectureOf(next, event.canonical) } : {}),
        ...(event.cost
          ? {
              cost: event.cost,
              isFeasible: isFeasible(event.cost, next.started?.config.limits ?? {}),
            }
          : {}),
        status: { kind: "rejected", reason: event.reason, detail: event.detail },
      }));
    case "EvaluationRequested":
      return withCandidate(withSeen(next, event.canonical), event, (candidate) => ({
        ...candidate,
        architecture: architectureOf(next, event.canonical),
        cost: event.cost,
        isFeasible: event.isFeasible,
        key: event.key,
        attempts: event.attempt,
        status: {
          kind: "requested",
          failures: candidate.status.kind === "requested" ? candidate.status.failures : 0,
        },
      }));
    case "EvaluationCompleted":
      return withCandidate(next, event, (candidate) => ({
        ...candidate,
        status: { kind: "evaluated", result: event.result, isStored: event.source === "store" },
      }));
    case "EvaluationFailed":
      return withCandidate(next, event, (candidate) => ({
        ...candidate,
        status:
          event.willRetry && candidate.status.kind === "requested"
            ? { ...candidate.status, failures: candidate.status.failures + 1 }
            : { kind: "failed", message: event.message },
      }));
  }
}

/** The state after all `events`. */
export function foldEvents(events: Iterable<SearchEvent>): SearchState {
  let state = emptyState;
  for (const event of events) state = applyEvent(state, event);
  return state;
}

function withSeen(state: SearchState, canonical: string | undefined): SearchState {
  if (canonical === undefined || state.seen.has(canonical)) return state;
  return { ...state, seen: new Set(state.seen).add(canonical) };
}

function architectureOf(state: SearchState, canonical: string): Architecture {
  const legality = state.space?.parse(canonical);
  if (legality?.kind !== "legal") {
    throw new RangeError(`"${canonical}" is no architecture of the journal's search space`);
  }
  return legality.architecture;
}

function withIteration(
  state: SearchState,
  index: number,
  change: (record: IterationRecord) => IterationRecord,
): SearchState {
  const current = state.iterations.at(-1);
  if (current?.index === index) {
    return { ...state, iterations: [...state.iterations.slice(0, -1), change(current)] };
  }
  if (index !== (current?.index ?? 0) + 1) {
    throw new RangeError(`iteration ${index} follows iteration ${current?.index ?? 0}`);
  }
  return { ...state, iterations: [...state.iterations, change({ index, degraded: [] })] };
}

function withCandidate(
  state: SearchState,
  event: { readonly iteration: number; readonly candidateId: string },
  change: (candidate: Candidate) => Candidate,
): SearchState {
  return withIteration(state, event.iteration, (record) => {
    if (!record.candidates?.some((candidate) => candidate.id === event.candidateId)) {
      throw new RangeError(`candidate ${event.candidateId} was never proposed`);
    }
    return {
      ...record,
      candidates: record.candidates.map((candidate) =>
        candidate.id === event.candidateId ? change(candidate) : candidate,
      ),
    };
  });
}

/** Whether nothing more will happen to the candidate. */
export function isSettled(candidate: Candidate): boolean {
  return candidate.status.kind !== "proposed" && candidate.status.kind !== "requested";
}

/** Whether the round has its candidates and all of them are settled. */
export function isClosed(record: IterationRecord): boolean {
  return record.candidates?.every(isSettled) ?? false;
}
