import { fnv1a, sampleUniform } from "@collm/search-space";
import { type CandidatesRequest, summariseIteration, type TrajectoryIteration } from "../roles.js";
import type { Searcher, SearcherSetup, Step, Turn } from "../searcher.js";
import type { IterationRecord } from "../state.js";
import { collectNovel } from "./collect-novel.js";

/*
 * What searchers share whose candidates a language model writes: what it is told, and what happens
 * when it fails. `role` is the one that writes the candidates.
 */

type Role = "navigator" | "generator";

export interface LanguageModelState {
  readonly setup: SearcherSetup;
  readonly trajectory: readonly TrajectoryIteration[];
  /** The role's latest answers in a row that held nothing worth an evaluation. */
  readonly fruitlessAnswers: number;
}

/** Fruitless answers in a row after which sampling stands in: the model gets to react first. */
const patience = 3;

export function initialLanguageModelState(setup: SearcherSetup): LanguageModelState {
  return { setup, trajectory: [], fruitlessAnswers: 0 };
}

/** The state with what the model will be told of a closed iteration. */
export function withIteration(
  { setup, trajectory, fruitlessAnswers }: LanguageModelState,
  record: IterationRecord,
  role: Role,
): LanguageModelState {
  return {
    setup,
    trajectory: [...trajectory, toldIteration(setup, record)],
    fruitlessAnswers: countFruitless(fruitlessAnswers, record, role),
  };
}

/**
 * A searcher with a single language model, which is asked once an iteration. Where it is silent, or
 * its last three answers held nothing to evaluate, uniform sampling stands in for one iteration.
 */
export function createSingleModelSearcher(
  name: string,
  role: Role,
  ask: (state: LanguageModelState, turn: Turn) => Step,
): Searcher<LanguageModelState> {
  return {
    name,
    initial: initialLanguageModelState,
    observe: (state, record) => withIteration(state, record, role),
    propose: (state, turn) => standIn(state, turn, role) ?? ask(state, turn),
  };
}

/** Uniform samples where the role cannot be asked in this turn; undefined where it can. */
export function standIn(state: LanguageModelState, turn: Turn, role: Role): Step | undefined {
  const hasFailed = turn.record.degraded.some((entry) => entry.role === role);
  if (!hasFailed && state.fruitlessAnswers < patience) return undefined;
  const { setup } = state;
  const step = {
    kind: "candidates",
    origin: "fallback",
    architectures: collectNovel(setup, turn, () => sampleUniform(setup.space, turn.rng)),
  } as const;
  if (hasFailed) return step;
  const reason = `its last ${patience} answers held no candidate that could be evaluated`;
  return { ...step, degraded: { role, reason } };
}

/** What every request says of the search. */
export function commonRequest({ setup: { config, space } }: LanguageModelState, turn: Turn) {
  return {
    task: { limits: config.limits, targetTop1Percent: config.targetTop1Percent },
    space: space.spec,
    iteration: turn.iteration,
  };
}

/** What a role is told that writes candidates. */
export function candidateHints(
  { setup: { config } }: LanguageModelState,
  turn: Turn,
): Pick<CandidatesRequest, "count" | "visited" | "hasCostHints"> {
  return {
    count: turn.count,
    visited: config.visitedHints ? [...turn.seen] : [],
    hasCostHints: config.costHints,
  };
}

/** Seed of a role's answer in this iteration. */
export function roleSeed(
  { setup: { config } }: LanguageModelState,
  turn: Turn,
  role: Role,
): number {
  return fnv1a(`${role}/${config.seed}/${turn.iteration}`);
}

/** What the roles are told of a round. */
function toldIteration(
  { config, space }: SearcherSetup,
  record: IterationRecord,
): TrajectoryIteration {
  const told = summariseIteration(record, ({ architecture, notation }) =>
    architecture ? space.notation(architecture) : (notation as string),
  );
  return config.rejectionFeedback ? told : { ...told, rejections: [] };
}

function countFruitless(before: number, record: IterationRecord, role: Role): number {
  // Sampling stood in. The next answer is the model's chance: if it is fruitless, so it goes on.
  if (record.degraded.some((entry) => entry.role === role)) return Math.min(before, patience - 1);
  // A key comes with the request: an evaluation that failed is not the model's fault.
  return (record.candidates ?? []).some(({ key }) => key !== undefined) ? 0 : before + 1;
}
