import { excesses } from "@collm/search-space";
import type { SearchConfig } from "./config.js";
import type { EventBody, FinishReason } from "./events.js";
import { best, budgetSpent, isEvaluated } from "./folds.js";
import { evaluationKey } from "./identifiers.js";
import { type Candidate, type IterationRecord, isClosed, type SearchState } from "./state.js";

/**
 * What the loop does next. It follows from the state alone, so a search continues from its
 * journal at any point: there is no other memory of where it was.
 *
 *     propose --candidates--> screen --requests--> evaluate --all settled--> propose | finish
 */
export type Action =
  | { readonly kind: "propose"; readonly iteration: number; readonly count: number }
  | { readonly kind: "screen"; readonly candidate: Candidate }
  | { readonly kind: "evaluate"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "ask-final-strategy"; readonly iteration: number }
  | { readonly kind: "finish"; readonly reason: FinishReason }
  | { readonly kind: "rest" };

/** Iterations in a row without an evaluation after which a search has nothing left to find. */
const stallIterations = 10;

/** The next action of a started search. */
export function nextAction(state: SearchState): Action {
  if (state.phase === "finished") return { kind: "rest" };
  const config = configOf(state);
  const current = state.iterations.last;

  if (current?.candidates && !isClosed(current)) {
    const unscreened = current.candidates.find(({ status }) => status.kind === "proposed");
    if (unscreened) return { kind: "screen", candidate: unscreened };
    return {
      kind: "evaluate",
      candidates: current.candidates.filter(({ status }) => status.kind === "requested"),
    };
  }
  const open = current && !current.candidates ? current : undefined;
  const isBeyondLast = open !== undefined && open.index > (config.iterations ?? Infinity);
  if (!open || isBeyondLast) {
    const reason = stopReason(state, config);
    if (reason === "iterations" && wantsFinalStrategy(config, open)) {
      return { kind: "ask-final-strategy", iteration: open?.index ?? state.iterations.length + 1 };
    }
    if (reason) return { kind: "finish", reason };
  }
  return {
    kind: "propose",
    iteration: open?.index ?? state.iterations.length + 1,
    count: Math.min(config.candidatesPerIteration, config.budget - budgetSpent(state)),
  };
}

/** Whether Algorithm 1's last call of the Navigator is wanted and has not been answered yet. */
function wantsFinalStrategy(config: SearchConfig, open: IterationRecord | undefined): boolean {
  if (!config.finalStrategy || config.searcher !== "collm") return false;
  return open?.strategy === undefined && (open?.degraded ?? []).length === 0;
}

/** Why the search ends now; the order is Algorithm 1's, target first. */
function stopReason(state: SearchState, config: SearchConfig): FinishReason | undefined {
  const winner = best(state);
  const target = config.targetTop1Percent;
  if (winner && target !== undefined && winner.status.result.top1Percent >= target) return "target";
  if (budgetSpent(state) >= config.budget) return "budget";
  if (config.iterations !== undefined && state.iterations.length >= config.iterations) {
    return "iterations";
  }
  const recent = state.iterations.slice(-stallIterations);
  const isStalled =
    recent.length === stallIterations &&
    recent.every((record) => !(record.candidates ?? []).some(isEvaluated));
  return isStalled ? "stalled" : undefined;
}

/**
 * Judges one candidate: parsed? legal? new? within the limits? within the budget? The answer is
 * the event that says so. Duplicates inside one batch are found because candidates are screened
 * one by one, in proposal order, each against the state that the last one left.
 */
export function screenCandidate(state: SearchState, candidate: Candidate): EventBody {
  const { space, started } = state;
  if (!space || !started) throw new RangeError("screenCandidate: the search has not started");
  const { iteration } = candidate;
  const candidateId = candidate.id;
  const common = { type: "CandidateRejected", iteration, candidateId } as const;

  if (candidate.notation === undefined) {
    return {
      ...common,
      reason: "unparsable",
      detail: candidate.problem ?? "no architecture in it",
    };
  }
  const legality = space.legality(candidate.notation);
  if (legality.kind === "illegal") {
    return { ...common, reason: "illegal", detail: legality.reasons.join("; ") };
  }
  const { architecture } = legality;
  const { canonical } = architecture;
  const cost = space.cost(architecture);
  if (state.seen.has(canonical)) {
    return {
      ...common,
      reason: "duplicate",
      detail: "it was proposed before",
      canonical,
      cost,
    };
  }
  const { config } = started;
  const isomorphism = config.isomorphs === "merge" && space.isomorphismClass?.(architecture);
  if (isomorphism && state.seenClasses.has(isomorphism)) {
    const detail = "the same graph was proposed before";
    return { ...common, reason: "isomorphic", detail, canonical, cost };
  }
  const exceeded = excesses(cost, config.limits);
  if (exceeded.length > 0 && config.overLimit === "reject") {
    const detail = exceeded.map((e) => `${e.kind} ${e.value} is over the limit of ${e.allowed}`);
    return { ...common, reason: "over-limit", detail: detail.join("; "), canonical, cost };
  }
  if (budgetSpent(state) >= config.budget) {
    return { ...common, reason: "surplus", detail: "the budget is spent", canonical, cost };
  }
  return {
    type: "EvaluationRequested",
    iteration,
    candidateId,
    canonical,
    key: evaluationKey(canonical, started.supernet.contextDigest),
    cost,
    isFeasible: exceeded.length === 0,
    attempt: 1,
  };
}

/** The configuration of a started search. */
export function configOf(state: SearchState): SearchConfig {
  if (!state.started) throw new RangeError("the search has not started");
  return state.started.config;
}
