import { excesses } from "@collm/search-space";
import type { SearchConfig } from "./config.js";
import type { EventBody, FinishReason } from "./events.js";
import { best, budgetSpent, isEvaluated } from "./folds.js";
import { evaluationKey } from "./identifiers.js";
import { isAffordable } from "./llm-budget.js";
import { excessInWords, readCandidate } from "./read-candidate.js";
import { mayBeginNext, openIterations } from "./staleness.js";
import { type Candidate, type IterationRecord, isProposed, type SearchState } from "./state.js";

/**
 * What the loop does next. It follows from the state and from what is under way, which is nothing
 * when a process begins: so a search continues from its journal at any point.
 *
 *     propose --candidates--> screen --requests--> evaluate --results--> propose | finish
 *                                                  (wait)
 */
export type Action =
  | { readonly kind: "propose"; readonly iteration: number; readonly count: number }
  | { readonly kind: "screen"; readonly candidate: Candidate }
  | { readonly kind: "evaluate"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "ask-final-strategy"; readonly iteration: number }
  | { readonly kind: "finish"; readonly reason: FinishReason }
  /** For what is under way to tell something. */
  | { readonly kind: "wait" }
  | { readonly kind: "rest" };

/** Iterations in a row without an evaluation after which a search has nothing left to find. */
const stallIterations = 10;

const none: ReadonlySet<string> = new Set();

/**
 * The next action of a started search.
 *
 * @param underWay names of activities: a candidate's id while it is evaluated, `<role>/<iteration>`
 *   or `<role>/<iteration>/<sub-batch>` while a role is asked. Default: nothing.
 */
export function nextAction(state: SearchState, underWay: ReadonlySet<string> = none): Action {
  if (state.phase === "finished") return { kind: "rest" };
  const config = configOf(state);
  const open = openIterations(state, config);
  return (
    screening(open) ??
    evaluating(open, underWay) ??
    (isAsked(state.iterations.last, underWay) ? { kind: "wait" } : proceeding(state, config))
  );
}

function screening(open: readonly IterationRecord[]): Action | undefined {
  for (const { candidates = [] } of open) {
    const candidate = candidates.find(({ status }) => status.kind === "proposed");
    if (candidate) return { kind: "screen", candidate };
  }
  return undefined;
}

/** Candidates whose evaluation has to begin; one that failed waits for the others of its round. */
function evaluating(
  open: readonly IterationRecord[],
  underWay: ReadonlySet<string>,
): Action | undefined {
  for (const { candidates = [] } of open) {
    const isAtRest = !candidates.some(({ id }) => underWay.has(id));
    const due = candidates.filter(
      ({ id, status }) =>
        status.kind === "requested" && !underWay.has(id) && (isAtRest || status.failures === 0),
    );
    if (due.length > 0) return { kind: "evaluate", candidates: due };
  }
  return undefined;
}

/** Whether a role is being asked for this round. */
function isAsked(record: IterationRecord | undefined, underWay: ReadonlySet<string>): boolean {
  if (!record || isProposed(record)) return false;
  const { index, subBatches } = record;
  if (underWay.has(`navigator/${index}`) || underWay.has(`generator/${index}`)) return true;
  return Array.from({ length: subBatches?.of ?? 0 }, (_, i) => i + 1).some((number) =>
    underWay.has(`generator/${index}/${number}`),
  );
}

/** The rest of the latest round's proposal, the next round, or the end. */
function proceeding(state: SearchState, config: SearchConfig): Action {
  const current = state.iterations.last;
  const incomplete = current && !isProposed(current) ? current : undefined;
  const isBeyondLast =
    incomplete !== undefined && incomplete.index > (config.iterations ?? Infinity);
  if (!incomplete && !mayBeginNext(state, config)) return { kind: "wait" };
  if (!incomplete || isBeyondLast) {
    const reason = stopReason(state, config);
    if (reason !== undefined) {
      if (openIterations(state, config).some((record) => record !== incomplete)) {
        return { kind: "wait" };
      }
      if (reason === "iterations" && wantsFinalStrategy(state, config, incomplete)) {
        return {
          kind: "ask-final-strategy",
          iteration: incomplete?.index ?? state.iterations.length + 1,
        };
      }
      return { kind: "finish", reason };
    }
  }
  const rest = Math.min(config.candidatesPerIteration, config.budget - budgetSpent(state));
  const nothingLeft =
    rest <= 0 ? "budget" : isAffordable(state.llm, config) ? undefined : "llm-budget";
  if (nothingLeft) {
    const isOpen = openIterations(state, config).some((record) => record !== incomplete);
    return isOpen ? { kind: "wait" } : { kind: "finish", reason: nothingLeft };
  }
  return {
    kind: "propose",
    iteration: incomplete?.index ?? state.iterations.length + 1,
    count: incomplete?.subBatches?.count ?? rest,
  };
}

/** Whether Algorithm 1's last call of the Navigator is wanted and has not been answered yet. */
function wantsFinalStrategy(
  { llm }: SearchState,
  config: SearchConfig,
  open: IterationRecord | undefined,
): boolean {
  if (!config.finalStrategy || config.searcher !== "collm" || !isAffordable(llm, config)) {
    return false;
  }
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
  const { config } = started;
  const read = readCandidate(space, config, candidate);
  if (read.kind === "illegal") {
    return { ...common, reason: "illegal", detail: read.reasons.join("; ") };
  }
  const { architecture, repair } = read;
  const { canonical } = architecture;
  const cost = space.cost(architecture);
  const marks = { canonical, cost, ...(repair ? { repair } : {}) };
  if (state.seen.has(canonical)) {
    const what = repair ? `what it was repaired to (${repair.changes.join(", ")})` : "it";
    return { ...common, reason: "duplicate", detail: `${what} was proposed before`, ...marks };
  }
  const isomorphism = config.isomorphs === "merge" && space.isomorphismClass?.(architecture);
  if (isomorphism && state.seenClasses.has(isomorphism)) {
    const detail = "the same graph was proposed before";
    return { ...common, reason: "isomorphic", detail, ...marks };
  }
  const exceeded = excesses(cost, config.limits);
  if (exceeded.length > 0 && config.overLimit === "reject") {
    return { ...common, reason: "over-limit", detail: excessInWords(exceeded), ...marks };
  }
  if (budgetSpent(state) >= config.budget) {
    return { ...common, reason: "surplus", detail: "the budget is spent", ...marks };
  }
  return {
    type: "EvaluationRequested",
    iteration,
    candidateId,
    ...marks,
    key: evaluationKey(canonical, started.supernet.contextDigest),
    isFeasible: exceeded.length === 0,
    attempt: 1,
  };
}

/** The configuration of a started search. */
export function configOf(state: SearchState): SearchConfig {
  if (!state.started) throw new RangeError("the search has not started");
  return state.started.config;
}
