import type { Architecture, Rng, SearchSpace } from "@collm/search-space";
import type { SearchConfig } from "./config.js";
import type { CandidatesRequest, JointRequest, StrategyRequest } from "./roles.js";
import type { IterationRecord } from "./state.js";

/** What does not change during a search. */
export interface SearcherSetup {
  readonly config: SearchConfig;
  readonly space: SearchSpace;
}

/** The proposal that is wanted now. */
export interface Turn {
  /** Counted from 1. */
  readonly iteration: number;
  /** Candidates wanted: the batch size, or less near the end of the budget. */
  readonly count: number;
  /** Randomness of this turn only, so that a resumed search draws the same. */
  readonly rng: Rng;
  /** Canonical strings of everything legal that was ever proposed. */
  readonly seen: ReadonlySet<string>;
  /** Their isomorphism classes; empty unless isomorphs are merged. */
  readonly seenClasses: ReadonlySet<string>;
  /** What this turn already has: a strategy, or the roles that failed. */
  readonly record: Pick<IterationRecord, "strategy" | "degraded">;
}

/** What a searcher wants next: its candidates, or an answer of a language-model role first. */
export type Step =
  | {
      readonly kind: "candidates";
      readonly origin: string;
      readonly architectures: readonly Architecture[];
      /** Set when these stand in for a role that gave nothing usable. */
      readonly degraded?: { readonly role: "navigator" | "generator"; readonly reason: string };
    }
  | { readonly kind: "ask-navigator"; readonly request: StrategyRequest }
  | { readonly kind: "ask-generator"; readonly request: CandidatesRequest }
  /** Strategy and candidates in one answer of the Navigator. */
  | { readonly kind: "ask-navigator-alone"; readonly request: JointRequest };

/**
 * One way to search. All searchers share the loop, legality, dedup, budget, evaluation and
 * journal; they differ in these three pure functions. The state is a fold over closed
 * iterations and is never saved.
 *
 *     state = initial(setup)
 *     for each iteration:
 *       while the step asks for a role's answer: step = propose(state, turn)
 *       (candidates are screened and evaluated)
 *       state = observe(state, the closed iteration)
 */
export interface Searcher<State> {
  readonly name: string;
  initial(setup: SearcherSetup): State;
  /** Takes in a closed iteration; its candidates are in proposal order. */
  observe(state: State, record: IterationRecord): State;
  propose(state: State, turn: Turn): Step;
}
