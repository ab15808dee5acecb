import type { Activity } from "./activities.js";
import type { EventBody } from "./events.js";
import { candidateId } from "./identifiers.js";
import type { EventMaker } from "./inbox.js";
import type { Roles } from "./ports.js";
import { requestDigest } from "./request-digest.js";
import { roleChangeOf } from "./role-change.js";
import type {
  CandidatesRequest,
  JointProposal,
  JointRequest,
  Proposal,
  RoleAnswer,
  StrategyRequest,
} from "./roles.js";
import type { Step } from "./searcher.js";
import { candidatesOf, type SearchState } from "./state.js";
import type { StopGate } from "./stop-gate.js";

const samplingFallback = "uniform sampling within the limits for this iteration";

/** A question to a role: the event that says it is asked, and what is then under way. */
export interface Question {
  readonly asked: EventBody;
  /** Each ends with the answer, or with `Degraded`; more than one if the batch is asked for in parts. */
  readonly activities: readonly { readonly name: string; readonly activity: Activity }[];
}

/** Asks the Navigator for a strategy. */
export function strategyQuestion(request: StrategyRequest, roles: Roles, gate: StopGate): Question {
  const { iteration } = request;
  return {
    asked: { type: "StrategyRequested", iteration, requestDigest: requestDigest(request) },
    activities: [
      {
        name: `navigator/${iteration}`,
        activity: async () => {
          const answer = await gate.guard((signal) => roles.proposeStrategy(request, signal));
          return (state) => strategyEvent(iteration, answer, state);
        },
      },
    ],
  };
}

/** Asks the Navigator for a strategy with its candidates; one event holds both. */
export function jointQuestion(request: JointRequest, roles: Roles, gate: StopGate): Question {
  const { iteration, count } = request;
  const digest = requestDigest(request);
  return {
    asked: { type: "CandidatesRequested", iteration, count, requestDigest: digest },
    activities: [
      {
        name: `navigator/${iteration}`,
        activity: proposing("navigator", iteration, undefined, () =>
          gate.guard((signal) => roles.proposeStrategyAndCandidates(request, signal)),
        ),
      },
    ],
  };
}

/**
 * Asks the Generator for candidates: once, or for several sub-batches of one strategy side by side,
 * each with a seed of its own.
 *
 * @param subBatches 1 or more; of more than one those in `settled` are not asked for again.
 */
export function candidatesQuestion(
  request: CandidatesRequest,
  roles: Roles,
  gate: StopGate,
  subBatches: { readonly of: number; readonly settled: readonly number[] },
): Question {
  const { iteration, count } = request;
  const { of, settled } = subBatches;
  const ask = (part: CandidatesRequest): Activity =>
    proposing("generator", iteration, part.subBatch, async () => {
      const answer = await gate.guard((signal) => roles.proposeCandidates(part, signal));
      return answer.kind === "failed"
        ? answer
        : { ...answer, value: { strategy: "", proposals: answer.value } };
    });
  const digest = requestDigest(request);
  const asked = { type: "CandidatesRequested", iteration, count, requestDigest: digest } as const;
  const name = `generator/${iteration}`;
  if (of === 1) return { asked, activities: [{ name, activity: ask(request) }] };
  const numbers = Array.from({ length: of }, (_, i) => i + 1);
  return {
    asked: { ...asked, subBatches: of },
    activities: numbers
      .filter((number) => !settled.includes(number))
      .map((number) => ({
        name: `${name}/${number}`,
        activity: ask({
          ...request,
          count: shareOf(count, number, of),
          // 32 bits, like all seeds.
          seed: (request.seed + number) >>> 0,
          subBatch: number,
        }),
      })),
  };
}

/** Of `count` candidates those that sub-batch `number` (from 1) has; the first get the rest. */
function shareOf(count: number, number: number, of: number): number {
  return Math.floor(count / of) + (number <= count % of ? 1 : 0);
}

/** The activity of a role that is asked for candidates; `subBatch` where it is one of several. */
function proposing(
  role: "navigator" | "generator",
  iteration: number,
  subBatch: number | undefined,
  ask: () => Promise<RoleAnswer<JointProposal>>,
): Activity {
  return async () => {
    const answer = await ask();
    const common = { iteration, ...(subBatch === undefined ? {} : { subBatch }) };
    const exchanges = [...answer.exchanges];
    if (answer.kind === "answered" && answer.value.proposals.length > 0) {
      const { strategy, proposals } = answer.value;
      return (state) => ({
        type: "CandidatesProposed",
        ...common,
        origin: role,
        ...(strategy.trim() === "" ? {} : { strategy }),
        ...roleChangeOf(state.roles, role, answer.player),
        candidates: proposedBy(iteration, candidatesOf(state, iteration).length, proposals),
        exchanges,
      });
    }
    const reason = answer.kind === "failed" ? answer.reason : "its answer held no candidate";
    return ({ roles }) => ({
      type: "Degraded",
      ...common,
      role,
      reason,
      fallback:
        subBatch === undefined
          ? samplingFallback
          : "the other sub-batches, or if none has any, sampling",
      ...roleChangeOf(roles, role, answer.player),
      exchanges,
    });
  };
}

function strategyEvent(
  iteration: number,
  answer: RoleAnswer<string>,
  state: SearchState,
): ReturnType<EventMaker> {
  const exchanges = [...answer.exchanges];
  const change = roleChangeOf(state.roles, "navigator", answer.player);
  if (answer.kind === "answered" && answer.value.trim() !== "") {
    return { type: "StrategyProposed", iteration, strategy: answer.value, ...change, exchanges };
  }
  return {
    type: "Degraded",
    iteration,
    role: "navigator",
    reason: answer.kind === "failed" ? answer.reason : "its answer was empty",
    fallback: state.iterations.some(({ strategy }) => strategy !== undefined)
      ? "the last strategy stays in force"
      : "there is no strategy yet, any candidates are asked for",
    ...change,
    exchanges,
  };
}

/** @param before candidates that the iteration has already. */
function proposedBy(iteration: number, before: number, proposals: readonly Proposal[]) {
  return proposals.map(({ text, notation, problem }, i) => ({
    id: candidateId(iteration, before + i + 1),
    text,
    ...(isNotation(notation) ? { notation } : {}),
    ...(problem === undefined ? {} : { problem }),
  }));
}

/** The events of candidates that the searcher made itself. */
export function ownCandidates(
  iteration: number,
  step: Extract<Step, { kind: "candidates" }>,
  { space }: SearchState,
): readonly EventBody[] {
  if (!space) throw new RangeError("the search has not started");
  const proposed: EventBody = {
    type: "CandidatesProposed",
    iteration,
    origin: step.origin,
    candidates: step.architectures.map((architecture, i) => {
      const notation = space.notation(architecture);
      return {
        id: candidateId(iteration, i + 1),
        notation: isNotation(notation) ? notation : {},
      };
    }),
    exchanges: [],
  };
  if (!step.degraded) return [proposed];
  return [
    {
      type: "Degraded",
      iteration,
      ...step.degraded,
      fallback: samplingFallback,
      exchanges: [],
    },
    proposed,
  ];
}

/** Numbers, booleans and null parse as JSON but are no family's notation. */
function isNotation(value: unknown): value is string | unknown[] | Record<string, unknown> {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}
