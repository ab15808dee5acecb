import { fnv1a, sampleUniform } from "@collm/search-space";
import { isEvaluated } from "../folds.js";
import {
  type CandidatesRequest,
  type StrategyRequest,
  summariseIteration,
  type TrajectoryIteration,
} from "../roles.js";
import type { Searcher, SearcherSetup, Step, Turn } from "../searcher.js";
import { collectNovel } from "./random.js";

interface CollmState {
  readonly setup: SearcherSetup;
  readonly trajectory: readonly TrajectoryIteration[];
  readonly lastStrategy?: string | undefined;
  /** Set when the Generator's last answer led to no evaluation at all. */
  readonly isGeneratorFruitless: boolean;
}

/**
 * CoLLM-NAS: the Navigator turns the trajectory into a strategy (S_t), the Generator turns the
 * strategy into candidates (C_{t+1}). A silent Navigator leaves the last strategy in force. A
 * Generator that is silent, or whose last answer held nothing to evaluate, is stood in for by
 * uniform sampling for one iteration, so that the search ends whatever a model answers. The
 * paper has no such rule.
 */
export const collmSearcher: Searcher<CollmState> = {
  name: "collm",
  initial: (setup) => ({ setup, trajectory: [], isGeneratorFruitless: false }),
  observe: (state, record) => ({
    ...state,
    trajectory: [
      ...state.trajectory,
      summariseIteration(record, ({ architecture, notation }) =>
        architecture ? state.setup.space.notation(architecture) : (notation as string),
      ),
    ],
    lastStrategy: record.strategy ?? state.lastStrategy,
    isGeneratorFruitless:
      record.degraded.every(({ role }) => role !== "generator") &&
      !(record.candidates ?? []).some(isEvaluated),
  }),
  propose: (state, turn) => {
    const { strategy, degraded } = turn.record;
    const hasFailed = (role: string): boolean => degraded.some((entry) => entry.role === role);

    if (strategy === undefined && !hasFailed("navigator")) {
      return { kind: "ask-navigator", request: strategyRequest(state, turn) };
    }
    if (hasFailed("generator")) return standIn(state, turn);
    if (state.isGeneratorFruitless) {
      return {
        ...standIn(state, turn),
        degraded: {
          role: "generator",
          reason: "its last answer held no candidate that could be evaluated",
        },
      };
    }
    const current =
      strategy ?? state.lastStrategy ?? "No strategy yet: propose diverse candidates.";
    return { kind: "ask-generator", request: candidatesRequest(state, turn, current) };
  },
};

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
