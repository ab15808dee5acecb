import { excesses } from "@collm/search-space";
import { applyEvent } from "../apply-event.js";
import type { SearchConfig } from "../config.js";
import { nextAction } from "../decide.js";
import type { EventOf, SearchEvent } from "../events.js";
import { best, budgetSpent } from "../folds.js";
import type { SearchId } from "../identifiers.js";
import { emptyState, type SearchState } from "../state.js";

export interface ForkOptions {
  readonly searchId: SearchId;
  /** Number of the last event that is taken over. */
  readonly at: number;
  /** Of the fork; cell spaces keep their names and isomorphs. */
  readonly config: SearchConfig;
}

/** A value of the configuration, or `at`, with which no fork can be made. */
export interface ForkProblem {
  readonly field: "at" | keyof SearchConfig;
  readonly value: string | number | undefined;
  /** What is allowed instead, as the rest of a sentence: `at least 24, which ...`. */
  readonly allowed: string;
}

export type Fork =
  | { readonly kind: "forked"; readonly events: readonly SearchEvent[] }
  | { readonly kind: "refused"; readonly problem: ForkProblem };

/**
 * Events of a journal that a fork may take over, from the beginning: all before the end. Behind
 * the end nothing goes on, and an opened test is never carried into a search that goes on.
 */
export function forkableCount(events: readonly SearchEvent[]): number {
  const end = events.findIndex(({ type }) => type === "SearchFinished");
  return end === -1 ? events.length : end;
}

/** The number of the last event of an iteration; 0 is before the first. Undefined if there is none. */
export function lastSeqOfIteration(
  events: readonly SearchEvent[],
  iteration: number,
): number | undefined {
  if (iteration === 0) return 1;
  return events.findLast((event) => "iteration" in event && event.iteration === iteration)?.seq;
}

/**
 * The first events of a search as those of another one, with another configuration, which then goes
 * on like a search that died there: any event will do. What was evaluated is spent. Judgements
 * that follow from the configuration are made again:
 *
 * - whether an evaluated candidate is within the limits, so that it can win or no longer can;
 * - candidates that were rejected for a limit or a budget which now would let them pass: they stay
 *   rejected, but may be proposed again.
 *
 * @param events of the search that is forked, from its start.
 */
export function forkEvents(events: readonly SearchEvent[], options: ForkOptions): Fork {
  const { searchId, at, config } = options;
  const allowed = forkableCount(events);
  if (!Number.isInteger(at) || at < 1 || at > allowed) {
    const end = events[allowed];
    const why = end ? `event ${end.seq} is ${end.type}` : "the journal has no more events";
    return refused("at", at, `1 to ${allowed}: ${why}`);
  }
  let state = emptyState;
  const forked: SearchEvent[] = [];
  for (const event of events.slice(0, at)) {
    const own = { ...judgedAgain(event, state, config), searchId } as SearchEvent;
    if (own.type === "SearchStarted") {
      const changed = refusedChange(own.config, config);
      if (changed) return changed;
      forked.push({ ...own, config, forkedFrom: { searchId: event.searchId, seq: at } });
    } else forked.push(own);
    state = applyEvent(state, forked.at(-1) as SearchEvent);
  }
  const problem = problemOf(state, config);
  return problem ? { kind: "refused", problem } : { kind: "forked", events: forked };
}

function refused(field: ForkProblem["field"], value: ForkProblem["value"], allowed: string): Fork {
  return { kind: "refused", problem: { field, value, allowed } };
}

/** What the copied events could not be read with. */
function refusedChange(before: SearchConfig, after: SearchConfig): Fork | undefined {
  for (const field of ["isomorphs", "permuteOperators"] as const) {
    if (before[field] === after[field]) continue;
    return refused(field, after[field], `${before[field] ?? "nothing"}, as in the search forked`);
  }
  // The rounds of the copied events may be as far ahead as they were.
  return after.staleness < before.staleness
    ? refused("staleness", after.staleness, `at least ${before.staleness}, as in the search forked`)
    : undefined;
}

/** Why a search with these events and this configuration would not go on; undefined if it does. */
function problemOf(state: SearchState, config: SearchConfig): ForkProblem | undefined {
  const spent = budgetSpent(state);
  const { budget, iterations, targetTop1Percent } = config;
  if (budget < spent) {
    return { field: "budget", value: budget, allowed: `at least ${spent}, which are spent` };
  }
  const begun = state.iterations.length;
  if (iterations !== undefined && iterations < begun) {
    return {
      field: "iterations",
      value: iterations,
      allowed: `at least ${begun}, which have begun`,
    };
  }
  const next = nextAction(state);
  if (next.kind !== "finish") return undefined;
  switch (next.reason) {
    case "target": {
      const reached = best(state)?.status.result.top1Percent;
      const allowed = `more than ${reached}, which is reached`;
      return { field: "targetTop1Percent", value: targetTop1Percent, allowed };
    }
    case "budget":
      return { field: "budget", value: budget, allowed: `more than ${spent}, which are spent` };
    case "iterations":
      return {
        field: "iterations",
        value: iterations,
        allowed: `more than ${begun}, which are over`,
      };
    case "llm-budget": {
      const isTokens = config.maxLlmTokens !== undefined;
      return isTokens
        ? {
            field: "maxLlmTokens",
            value: config.maxLlmTokens,
            allowed: `more than ${state.llm.total.tokens}, which are spent`,
          }
        : {
            field: "maxLlmCost",
            value: config.maxLlmCost,
            allowed: `more than ${state.llm.total.cost}, which is spent`,
          };
    }
    default:
      return {
        field: "at",
        value: state.lastSeq,
        allowed: "an earlier event: there the search had nothing left to find",
      };
  }
}

/** The event with the judgements of another configuration. */
function judgedAgain(event: SearchEvent, state: SearchState, config: SearchConfig): SearchEvent {
  if (event.type === "EvaluationRequested") {
    return { ...event, isFeasible: excesses(event.cost, config.limits).length === 0 };
  }
  if (event.type !== "CandidateRejected" || !isFreed(event, state, config)) return event;
  // Without its canonical form it does not count as seen.
  const { canonical: _, ...others } = event;
  return { ...others, detail: `${event.detail} before the fork; it may be proposed again` };
}

/** Whether the fork may evaluate what its parent rejected here. */
function isFreed(
  { reason, cost, canonical }: EventOf<"CandidateRejected">,
  state: SearchState,
  { limits, overLimit, budget }: SearchConfig,
): boolean {
  if (canonical === undefined) return false;
  switch (reason) {
    case "over-limit":
      return (
        overLimit === "evaluate" || (cost !== undefined && excesses(cost, limits).length === 0)
      );
    case "surplus":
      return budgetSpent(state) < budget;
    // A repetition of something that was freed itself.
    case "duplicate":
      return !state.seen.has(canonical);
    case "isomorphic":
      return !isClassSeen(state, canonical);
    default:
      return false;
  }
}

function isClassSeen({ space, seenClasses }: SearchState, canonical: string): boolean {
  const legality = space?.parse(canonical);
  if (legality?.kind !== "legal") return true;
  const own = space?.isomorphismClass?.(legality.architecture);
  return own === undefined || seenClasses.has(own);
}
