import {
  type Architecture,
  isFeasible,
  neighbours,
  type Rng,
  sampleUniform,
} from "@collm/search-space";
import { bestOf, type EvaluatedCandidate, evaluatedOf } from "../folds.js";
import { GrowingMap } from "../growing-map.js";
import type { Searcher, SearcherSetup, Turn } from "../searcher.js";
import type { IterationRecord } from "../state.js";
import { collectNovel, identityOf, isNovel } from "./collect-novel.js";

/** Where a climb stands. */
interface Point {
  readonly trial: EvaluatedCandidate;
  /** By canonical string. */
  readonly around: ReadonlyMap<string, Architecture>;
}

interface LocalSearchState {
  readonly setup: SearcherSetup;
  /** All feasible trials, by canonical string. */
  readonly known: GrowingMap<EvaluatedCandidate>;
  /** Absent while a climb's starting point is looked for. */
  readonly current?: Point | undefined;
  /** Random trials from which this climb's starting point is chosen. */
  readonly starts: readonly EvaluatedCandidate[];
}

/**
 * Local search (White et al. 2020, arXiv 2005.02960): from the best of `starts` random networks,
 * neighbours (one gene changed) are evaluated in random order, a batch at a time. It moves at the
 * first improvement, the variant that pays off when a neighbourhood is a large part of the budget;
 * of a batch it takes the best. When all neighbours are known and none is better, it starts anew.
 *
 * Unlike the original it remembers every climb: a neighbour that was evaluated earlier is not asked
 * for again, and one that is better is moved to at once, for nothing.
 */
export const localSearchSearcher: Searcher<LocalSearchState> = {
  name: "local-search",
  initial: (setup) => ({ setup, known: GrowingMap.empty(), starts: [] }),
  observe: (state, record) => {
    const { setup } = state;
    const trials = evaluatedOf([record]).filter((trial) => trial.isFeasible);
    const known = trials.reduce(
      (grown, trial) => grown.with(trial.architecture.canonical, trial),
      state.known,
    );
    if (state.current && holdsNeighbour(state.current, record)) {
      return { setup, known, current: climb(setup, state.current, known), starts: [] };
    }
    const starts = [...state.starts, ...trials];
    const start = starts.length < setup.config.localSearch.starts ? undefined : bestOf(starts);
    if (!start) return { setup, known, starts };
    return { setup, known, current: climb(setup, pointOf(setup, start), known), starts: [] };
  },
  propose: ({ setup, current, starts }, turn) => {
    const open = current ? openNeighbours(setup, turn, current) : [];
    const missing = Math.max(1, setup.config.localSearch.starts - starts.length);
    return {
      kind: "candidates",
      origin: "local-search",
      architectures:
        open.length > 0
          ? shuffled(open, turn.rng).slice(0, turn.count)
          : collectNovel(setup, { ...turn, count: Math.min(missing, turn.count) }, () =>
              sampleUniform(setup.space, turn.rng),
            ),
    };
  },
};

function pointOf({ space }: SearcherSetup, trial: EvaluatedCandidate): Point {
  const around = neighbours(space, trial.architecture).map(
    (neighbour) => [neighbour.canonical, neighbour] as const,
  );
  return { trial, around: new Map(around) };
}

/** Whether the iteration asked for neighbours; otherwise it looked for a new start. */
function holdsNeighbour({ around }: Point, { candidates = [] }: IterationRecord): boolean {
  return candidates.some(({ architecture }) => architecture && around.has(architecture.canonical));
}

/** Moves to the best known neighbour as long as that is an improvement. */
function climb(setup: SearcherSetup, start: Point, known: LocalSearchState["known"]): Point {
  let current = start;
  for (;;) {
    const { trial, around } = current;
    const next = bestOf(known.among(around.keys()));
    if (!next || next.status.result.top1Percent <= trial.status.result.top1Percent) return current;
    current = pointOf(setup, next);
  }
}

/** Neighbours within the limits that nobody proposed yet. */
function openNeighbours(
  setup: SearcherSetup,
  turn: Turn,
  { around }: Point,
): readonly Architecture[] {
  const open = new Map<string, Architecture>();
  for (const neighbour of around.values()) {
    if (!isNovel(setup, turn, neighbour)) continue;
    if (!isFeasible(setup.space.cost(neighbour), setup.config.limits)) continue;
    open.set(identityOf(setup, neighbour), neighbour);
  }
  return [...open.values()];
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], rng: Rng): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
