import { type Architecture, createSearchSpace, isFeasible } from "@collm/search-space";
import type { EventOf, SearchEvent, SearchEventType } from "./events.js";
import { promptSizeOf } from "./prompt-size.js";
import { type NotedRoleChange, roleChangeIn, rolesAfter } from "./role-change.js";
import { withSpending } from "./spending.js";
import { type StandIn, standInOf } from "./stand-in.js";
import {
  type Candidate,
  type CandidateStatus,
  emptyState,
  type IterationRecord,
  isClosed,
  isProposed,
  type SearchState,
  type SubBatches,
} from "./state.js";

/**
 * Folds one event in. Throws RangeError when the event cannot follow the state: a gap, another
 * search's event, a second result for a candidate, anything after the end. Such a journal is
 * damaged or was written by two processes, and no decision may be based on it.
 */
export function applyEvent(state: SearchState, event: SearchEvent): SearchState {
  if (event.seq !== state.lastSeq + 1) {
    throw new RangeError(`event ${event.seq} (${event.type}) follows event ${state.lastSeq}`);
  }
  if (!mayFollow(state, event)) {
    throw new RangeError(
      `event ${event.seq} (${event.type} of ${event.searchId}) cannot follow ` +
        `${state.lastType ?? "nothing"} of search ${state.started?.searchId ?? "none"}`,
    );
  }
  const next = {
    ...state,
    lastSeq: event.seq,
    lastType: event.type,
    lastAt: event.at,
    roles: rolesAfter(state.roles, event),
    llm: withSpending(state.llm, event),
  };
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
      return withIteration(next, event, (record) => record);
    case "CandidatesRequested":
      return withIteration(next, event, (record) => withSubBatches(record, event));
    case "StrategyProposed":
      return withIteration(next, event, (record) =>
        withPlayers(withStrategy(record, event), event, next),
      );
    case "Degraded":
      return withIteration(next, event, (record) =>
        withPlayers(withFailure(record, event), event, next),
      );
    case "CandidatesProposed":
      return withIteration(next, event, (record) =>
        withPlayers(withProposals(record, event), event, next),
      );
    case "CandidateRejected":
      return withCandidate(withSeen(next, event.canonical), event, ["proposed"], (candidate) => ({
        ...candidate,
        ...(event.canonical ? { architecture: architectureOf(next, event.canonical) } : {}),
        ...(event.repair ? { repair: event.repair } : {}),
        ...(event.cost
          ? {
              cost: event.cost,
              isFeasible: isFeasible(event.cost, next.started?.config.limits ?? {}),
            }
          : {}),
        status: { kind: "rejected", reason: event.reason, detail: event.detail },
      }));
    case "EvaluationRequested":
      return withCandidate(
        withSeen(next, event.canonical),
        event,
        ["proposed", "requested"],
        (candidate) => ({
          ...candidate,
          architecture: architectureOf(next, event.canonical),
          ...(event.repair ? { repair: event.repair } : {}),
          cost: event.cost,
          isFeasible: event.isFeasible,
          key: event.key,
          attempts: event.attempt,
          status: {
            kind: "requested",
            failures: candidate.status.kind === "requested" ? candidate.status.failures : 0,
          },
        }),
      );
    case "EvaluationStarted":
      return withCandidate(next, event, ["requested"], (candidate) => ({
        ...candidate,
        starts: candidate.starts + 1,
      }));
    case "EvaluationCompleted":
      return withCandidate(next, event, ["requested"], (candidate) => ({
        ...candidate,
        status: { kind: "evaluated", result: event.result, isStored: event.source === "store" },
      }));
    case "EvaluationFailed":
      return withCandidate(next, event, ["requested"], (candidate) => ({
        ...candidate,
        status:
          event.willRetry && candidate.status.kind === "requested"
            ? { ...candidate.status, failures: candidate.status.failures + 1 }
            : { kind: "failed", message: event.message },
      }));
  }
}

/** The state after all `events`, which follow `before`. */
export function foldEvents(events: Iterable<SearchEvent>, before = emptyState): SearchState {
  let state = before;
  for (const event of events) state = applyEvent(state, event);
  return state;
}

/** What each phase may be followed by, apart from the events of a running search. */
const following = {
  new: ["SearchStarted"],
  interrupted: ["SearchResumed", "SearchFinished"],
  finished: ["TestOpened", "TestCompleted"],
} as const satisfies Record<string, readonly SearchEventType[]>;

function mayFollow(state: SearchState, event: SearchEvent): boolean {
  if (state.started && event.searchId !== state.started.searchId) return false;
  switch (state.phase) {
    case "running":
      return !["SearchStarted", "TestOpened", "TestCompleted"].includes(event.type);
    case "finished":
      // One architecture is tested; its intent comes first and may be repeated after a death.
      if (event.type === "TestCompleted") {
        return state.testOpened === event.canonical && state.test === undefined;
      }
      return (
        event.type === "TestOpened" &&
        (state.testOpened === undefined || state.testOpened === event.canonical)
      );
    default:
      return (following[state.phase] as readonly SearchEventType[]).includes(event.type);
  }
}

function withSeen(state: SearchState, canonical: string | undefined): SearchState {
  if (canonical === undefined || state.seen.has(canonical)) return state;
  const seen = state.seen.with(canonical);
  const classOf = state.space?.isomorphismClass;
  if (state.started?.config.isomorphs !== "merge" || !classOf) return { ...state, seen };
  const own = classOf(architectureOf(state, canonical));
  return { ...state, seen, seenClasses: state.seenClasses.with(own) };
}

function architectureOf(state: SearchState, canonical: string): Architecture {
  const legality = state.space?.parse(canonical);
  if (legality?.kind !== "legal") {
    throw new RangeError(`"${canonical}" is no architecture of the journal's search space`);
  }
  return legality.architecture;
}

function withStrategy(
  record: IterationRecord,
  { strategy, exchanges }: Pick<EventOf<"StrategyProposed">, "strategy" | "exchanges">,
): IterationRecord {
  if (record.strategy !== undefined) {
    throw new RangeError(`iteration ${record.index} has a strategy already`);
  }
  const promptSize = promptSizeOf(exchanges);
  return { ...record, strategy, ...(promptSize ? { promptSize } : {}) };
}

/** Notes who answered where that was not who was to play the role, or where somebody else is from here on. */
function withPlayers(
  record: IterationRecord,
  event: SearchEvent,
  { roles }: SearchState,
): IterationRecord {
  return withStandIn(withRoleChange(record, roleChangeIn(event)), standInOf(event, roles));
}

function withRoleChange(
  record: IterationRecord,
  change: NotedRoleChange | undefined,
): IterationRecord {
  if (change === undefined) return record;
  return { ...record, roleChanges: [...(record.roleChanges ?? []), change] };
}

function withStandIn(record: IterationRecord, standIn: StandIn | undefined): IterationRecord {
  if (standIn === undefined) return record;
  const { role, player } = standIn;
  return { ...record, standIns: [...(record.standIns ?? []), { role, player }] };
}

function withProposals(
  record: IterationRecord,
  event: EventOf<"CandidatesProposed">,
): IterationRecord {
  const { subBatch, strategy, exchanges } = event;
  if (record.candidates && subBatch === undefined) {
    throw new RangeError(`iteration ${record.index} has candidates already`);
  }
  const proposed = event.candidates.map((candidate) => ({
    ...candidate,
    iteration: event.iteration,
    origin: event.origin,
    attempts: 0,
    starts: 0,
    status: { kind: "proposed" } as const,
  }));
  return {
    ...(strategy === undefined ? record : withStrategy(record, { strategy, exchanges })),
    // What the searcher proposed itself stands in for all sub-batches.
    subBatches: subBatch === undefined ? undefined : settled(record, subBatch),
    candidates: [...(record.candidates ?? []), ...proposed],
  };
}

/** The role failed for the round, unless other sub-batches of it may have or have candidates. */
function withFailure(
  record: IterationRecord,
  { role, reason, subBatch }: EventOf<"Degraded">,
): IterationRecord {
  const degraded = [...record.degraded, { role, reason }];
  if (subBatch === undefined) return { ...record, degraded };
  const subBatches = settled(record, subBatch);
  const isForAll = subBatches.settled.length === subBatches.of && !record.candidates;
  return { ...record, subBatches, ...(isForAll ? { degraded } : {}) };
}

/** A question that is repeated after a death keeps the parts of the first. */
function withSubBatches(
  record: IterationRecord,
  { count, subBatches }: EventOf<"CandidatesRequested">,
): IterationRecord {
  if (subBatches === undefined || record.subBatches) return record;
  return { ...record, subBatches: { count, of: subBatches, settled: [] } };
}

function settled({ index, subBatches }: IterationRecord, subBatch: number): SubBatches {
  if (!subBatches || subBatch > subBatches.of || subBatches.settled.includes(subBatch)) {
    throw new RangeError(`iteration ${index} waits for no sub-batch ${subBatch}`);
  }
  return { ...subBatches, settled: [...subBatches.settled, subBatch] };
}

function withIteration(
  state: SearchState,
  event: { readonly iteration: number },
  change: (record: IterationRecord) => IterationRecord,
): SearchState {
  const index = event.iteration;
  const { iterations } = state;
  // Rounds are counted from 1.
  const current = iterations.at(index - 1);
  if (current) {
    return { ...state, iterations: iterations.withAt(index - 1, change(current)) };
  }
  if (index !== iterations.length + 1 || !mayFollowUp(state)) {
    throw new RangeError(`iteration ${index} follows iteration ${iterations.length}`);
  }
  return { ...state, iterations: iterations.with(change({ index, degraded: [] })) };
}

/** Whether another round may begin, by what the configuration says of staleness. */
function mayFollowUp({ iterations, started }: SearchState): boolean {
  const latest = iterations.last;
  const oldest = iterations.at(-1 - (started?.config.staleness ?? 0));
  return (!latest || isProposed(latest)) && (!oldest || isClosed(oldest));
}

/** The state with one candidate changed, which must be in one of the given conditions. */
function withCandidate(
  state: SearchState,
  event: { readonly iteration: number; readonly candidateId: string; readonly key?: string },
  from: readonly CandidateStatus["kind"][],
  change: (candidate: Candidate) => Candidate,
): SearchState {
  return withIteration(state, event, (record) => {
    const place = record.candidates?.findIndex(({ id }) => id === event.candidateId) ?? -1;
    const candidate = record.candidates?.[place];
    if (!candidate) throw new RangeError(`candidate ${event.candidateId} was never proposed`);
    if (!from.includes(candidate.status.kind)) {
      throw new RangeError(`candidate ${candidate.id} is ${candidate.status.kind} already`);
    }
    if (candidate.key !== undefined && event.key !== candidate.key) {
      throw new RangeError(`candidate ${candidate.id}: key ${event.key} is not ${candidate.key}`);
    }
    return { ...record, candidates: record.candidates?.with(place, change(candidate)) };
  });
}
