import {
  best,
  evaluatedCount,
  type SearchId,
  type SearchPhase,
  type SearchState,
} from "@collm/search";

/** A search in a list of searches. */
export interface SearchSummary {
  readonly id: SearchId;
  readonly phase: SearchPhase;
  readonly lastSeq: number;
  readonly searcher: string;
  readonly supernet: string;
  readonly evaluations: number;
  readonly budget: number;
  /** Validation top-1 of the best so far. */
  readonly bestTop1Percent: number | undefined;
  /** UTC, ISO 8601. */
  readonly startedAt: string | undefined;
  readonly lastEventAt: string | undefined;
}

export function summaryOf(id: SearchId, state: SearchState): SearchSummary {
  const { phase, lastSeq, started, lastAt } = state;
  return {
    id,
    phase,
    lastSeq,
    searcher: started?.config.searcher ?? "",
    supernet: started?.supernet.name ?? "",
    evaluations: evaluatedCount(state),
    budget: started?.config.budget ?? 0,
    bestTop1Percent: best(state)?.status.result.top1Percent,
    startedAt: started?.at,
    lastEventAt: lastAt,
  };
}
