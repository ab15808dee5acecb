import {
  archive,
  best,
  bestOf,
  type Candidate,
  type EvaluatedCandidate,
  type EvaluationResult,
  evaluatedOf,
  funnel,
  type RejectionReason,
  repairedCount,
  repeatedEvaluations,
  type SearchEvent,
  type SearchState,
} from "@collm/search";
import { type JournalView, viewJournal } from "../journal-view.js";
import { degradedIn } from "./degraded.js";
import { ledgerOf } from "./ledger.js";
import { llmUsageByRole, rolesOf } from "./role.js";
import { resultSchemaVersion, type SearchResult } from "./schema.js";
import { deviceDays, sumSeconds, wallSeconds } from "./time.js";

/**
 * The content of `result.json`: a fold over the journal and nothing else, so that any copy of the
 * journal gives the same file. Works at every point of a search.
 *
 * @throws RangeError if the journal holds no SearchStarted.
 */
export function buildResult(events: readonly SearchEvent[]): SearchResult {
  return resultOf(viewJournal(events));
}

/** {@link buildResult} for a journal that is folded already. */
export function resultOf(view: JournalView): SearchResult {
  const { events, state, started } = view;
  const { config, supernet } = started;
  const candidates = state.iterations.flatMap((record) => record.candidates ?? []);
  const time = measuredTime(archive(state));
  const roles = rolesOf(events);
  const llm = llmUsageByRole(Object.keys(roles), events);
  return {
    schemaVersion: resultSchemaVersion,
    searchId: started.searchId,
    status: state.phase === "new" ? "running" : state.phase,
    finishReason: state.finishReason,
    interruption: state.phase === "interrupted" ? state.interruption : undefined,
    searcher: config.searcher,
    preset: config.preset,
    seed: config.seed,
    staleness: config.staleness,
    repeatedBy: config.staleness > 0 ? "journal" : "seed",
    roles,
    limits: config.limits,
    target:
      config.targetTop1Percent === undefined
        ? undefined
        : { validation: { top1Percent: config.targetTop1Percent } },
    best: bestEntry(view),
    test: state.test && { canonical: state.test.canonical, ...accuracy(state.test.result) },
    funnel: funnel(state),
    repaired: repairedCount(state),
    evaluations: {
      evaluated: archive(state).length,
      fromStore: archive(state).filter(({ status }) => status.isStored).length,
      repeated: repeatedEvaluations(state),
      failed: candidates.filter(({ status }) => status.kind === "failed").length,
      budget: config.budget,
    },
    rejections: rejectionCounts(candidates),
    degraded: degradedIn(events),
    llm,
    ledger: ledgerOf(view),
    ...time,
    llmSeconds: sumSeconds(Object.values(llm)),
    wallSeconds: wallSeconds(events),
    ...deviceDays(time.evaluatorSeconds, supernet.executionProvider),
    startedAt: started.at,
    lastEventAt: events.at(-1)?.at ?? started.at,
    events: events.length,
    perIteration: iterationEntries(state),
    supernet: {
      name: supernet.name,
      family: supernet.family,
      executionProvider: supernet.executionProvider,
      runtimeVersion: supernet.runtimeVersion,
      validationImages: supernet.validationImages,
      isSynthetic: supernet.isSynthetic,
    },
    digests: { supernet: supernet.digest, context: supernet.contextDigest },
    versions: started.versions,
    forkedFrom: started.forkedFrom,
  };
}

function accuracy({ top1Percent, top5Percent, images }: EvaluationResult) {
  return { top1Percent, ...(top5Percent === undefined ? {} : { top5Percent }), images };
}

function bestEntry({ state, space }: JournalView): SearchResult["best"] {
  const winner = best(state);
  return (
    winner && {
      canonical: winner.architecture.canonical,
      notation: space.fileNotation(winner.architecture),
      candidateId: winner.id,
      iteration: winner.iteration,
      origin: winner.origin,
      validation: accuracy(winner.status.result),
      cost: { ...winner.cost },
    }
  );
}

/**
 * Evaluator time this search spent, and what its results from the store had cost before. A result
 * that came from the store although this search had its evaluation started is its own: the
 * coordinator died between the evaluator's write and its own.
 */
function measuredTime(trials: readonly EvaluatedCandidate[]) {
  const isOwn = ({ status, starts }: EvaluatedCandidate): boolean => !status.isStored || starts > 0;
  const sum = (wanted: boolean): number =>
    sumSeconds(
      trials.filter((trial) => isOwn(trial) === wanted).map(({ status }) => status.result),
    );
  return { evaluatorSeconds: sum(true), storedSeconds: sum(false) };
}

function rejectionCounts(candidates: readonly Candidate[]): Record<RejectionReason, number> {
  const counts = {
    unparsable: 0,
    illegal: 0,
    duplicate: 0,
    isomorphic: 0,
    "over-limit": 0,
    surplus: 0,
  };
  for (const { status } of candidates) {
    if (status.kind === "rejected") counts[status.reason]++;
  }
  return counts;
}

function iterationEntries(state: SearchState): SearchResult["perIteration"] {
  let bestSoFarTop1Percent: number | undefined;
  return state.iterations.map((record) => {
    const trials = evaluatedOf([record]);
    const bestTop1Percent = bestOf(trials)?.status.result.top1Percent;
    if (bestTop1Percent !== undefined) {
      bestSoFarTop1Percent = Math.max(bestSoFarTop1Percent ?? 0, bestTop1Percent);
    }
    return {
      index: record.index,
      evaluated: trials.length,
      validation: { bestTop1Percent, bestSoFarTop1Percent },
    };
  });
}
