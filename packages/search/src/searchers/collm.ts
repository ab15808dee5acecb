import { fnv1a, sampleUniform } from "@collm/search-space";
import {
  type CandidatesRequest,
  type StrategyRequest,
  summariseIteration,
  type TrajectoryIteration,
} from "../roles.js";
import type { Searcher, SearcherSetup, Step, Turn } from "../searcher.js";
import type { IterationRecord } from "../state.js";
import { collectNovel } from "./collect-novel.js";

interface CollmState {
  readonly setup: SearcherSetup;
  readonly trajectory: readonly TrajectoryIteration[];
  readonly lastStrategy?: string | undefined;
  /** The Generator's latest answers in a row that held nothing worth an evaluation. */
  readonly fruitlessAnswers: number;
}

/** Fruitless answers in a row after which sampling stands in: the Navigator gets to react first. */
const patience = 3;

/**
 * CoLLM-NAS: the Navigator turns the trajectory into a strategy (S_t), the Generator turns the
 * strategy into candidates (C_{t+1}). A silent Navigator leaves the last strategy in force. A
 * Generator that is silent, or whose last three answers held nothing to evaluate, is stood in for
 * by uniform sampling for one iteration, so that the search finds something whatever a model
 * answers. The paper has no such rule; its preset keeps it all the same, and the journal
 * tells each time (`Degraded`).
 */
export const collmSearcher: Searcher<CollmState> = {
  name: "collm",
  initial: (setup) => ({ setup, trajectory: [], fruitlessAnswers: 0 }),
  observe: (state, record) => ({
    ...state,
    trajectory: [...state.trajectory, toldIteration(state, record)],
    lastStrategy: record.strategy ?? state.lastStrategy,
    fruitlessAnswers: countFruitless(state.fruitlessAnswers, record),
  }),
  propose: (state, turn) => {
    const { strategy, degraded } = turn.record;
    const hasFailed = (role: string): boolean => degraded.some((entry) => entry.role === role);

    if (strategy === undefined && !hasFailed("navigator")) {
      return { kind: "ask-navigator", request: strategyRequest(state, turn) };
    }
    if (hasFailed("generator")) return standIn(state, turn);
    if (state.fruitlessAnswers >= patience) {
      return {
        ...standIn(state, turn),
        degraded: {
          role: "generator",
          reason: `its last ${patience} answers held no candidate that could be evaluated`,
        },
      };
    }
    const current =
      strategy ?? state.lastStrategy ?? "No strategy yet: propose diverse candidates.";
    return { kind: "ask-generator", request: candidatesRequest(state, turn, current) };
  },
};

/** What the roles are told of a round. */
function toldIteration({ setup }: CollmState, record: IterationRecord): TrajectoryIteration {
  const { config, space } = setup;
  const told = summariseIteration(record, ({ architecture, notation }) =>
    architecture ? space.notation(architecture) : (notation as string),
  );
  return config.rejectionFeedback ? told : { ...told, rejections: [] };
}

function countFruitless(before: number, record: IterationRecord): number {
  // Sampling stood in. The next answer is the Generator's chance: if it is fruitless, so it goes on.
  if (record.degraded.some(({ role }) => role === "generator")) {
    return Math.min(before, patience - 1);
  }
  // A key comes with the request: an evaluation that failed is not the Generator's fault.
  return (record.candidates ?? []).some(({ key }) => key !== undefined) ? 0 : before + 1;
}

function strategyRequest(state: CollmState, turn: Turn): StrategyRequest {
  const { config, space } = state.setup;
  return {
    task: { limits: config.limits, targetTop1Percent: config.targetTop1Percent },
    space: space.spec,
    iteration: turn.iteration,
    trajectory: state.trajectory,
    hasMemory: config.navigatorMemory,
    seed: fnv1a(`navigator/${config.seed}/${turn.iteration}`),
  };
}

function candidatesRequest(state: CollmState, turn: Turn, strategy: string): CandidatesRequest {
  const { config, space } = state.setup;
  return {
    task: { limits: config.limits, targetTop1Percent: config.targetTop1Percent },
    space: space.spec,
    iteration: turn.iteration,
    strategy,
    count: turn.count,
    visited: config.visitedHints ? [...turn.seen] : [],
    hasCostHints: config.costHints,
    history: config.generatorMemory ? state.trajectory : [],
    seed: fnv1a(`generator/${config.seed}/${turn.iteration}`),
  };
}

function standIn(state: CollmState, turn: Turn): Extract<Step, { kind: "candidates" }> {
  const { setup } = state;
  return {
    kind: "candidates",
    origin: "fallback",
    architectures: collectNovel(setup, turn, () => sampleUniform(setup.space, turn.rng)),
  };
}
