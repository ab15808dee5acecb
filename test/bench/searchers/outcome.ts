import {
  archive,
  best,
  bestSoFar,
  foldEvents,
  type SearchEvent,
  type SearcherName,
  type SearchState,
} from "@collm/search";
import type { PlannedSearch } from "./plan.js";

/** What one search found, read from its journal. */
export interface SearchOutcome {
  readonly id: string;
  readonly searcher: SearcherName;
  readonly seed: number;
  readonly finishReason: string;
  readonly evaluations: number;
  /** Of these, answered by the shared store. */
  readonly fromStore: number;
  /** Validation top-1 of the winner in percent; NaN when nothing within the limit was evaluated. */
  readonly bestPercent: number;
  readonly bestMacs: number;
  readonly bestCanonical: string;
  /** Best validation top-1 so far after each evaluation, NaN while there is none. */
  readonly bestSoFar: readonly number[];
}

export function outcomeOf(search: PlannedSearch, events: readonly SearchEvent[]): SearchOutcome {
  const state = foldEvents(events);
  const winner = best(state);
  const evaluated = archive(state);
  return {
    id: search.id,
    searcher: search.searcher,
    seed: search.seed,
    finishReason: state.finishReason ?? "unfinished",
    evaluations: evaluated.length,
    fromStore: evaluated.filter(({ status }) => status.isStored).length,
    bestPercent: winner?.status.result.top1Percent ?? Number.NaN,
    bestMacs: winner?.cost.macs ?? Number.NaN,
    bestCanonical: winner?.architecture.canonical ?? "",
    bestSoFar: bestSoFar(state).map((percent) => percent ?? Number.NaN),
  };
}

/** Best so far after `evaluations`; a search that spent fewer keeps its last. */
export function bestAfter({ bestSoFar: course }: SearchOutcome, evaluations: number): number {
  return course[Math.min(evaluations, course.length) - 1] ?? Number.NaN;
}

/** What accuracies of two searches must have in common to be compared. */
export function measuredWith(state: SearchState): string | undefined {
  const supernet = state.started?.supernet;
  return supernet && `${supernet.digest} ${supernet.contextDigest}`;
}
