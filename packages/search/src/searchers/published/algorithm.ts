import type { Architecture, MersenneTwister, SearchSpace } from "@collm/search-space";
import type { SearchConfig } from "../../config.js";
import type { EvaluationResult } from "../../events.js";

/** What one draw gives: an architecture, or undefined for a child that is no network. */
export type Draw = () => Architecture | undefined;

/** The three ways a published search makes candidates; each call draws from its generator. */
export interface Operators {
  readonly random: Draw;
  readonly mutate: Draw;
  readonly cross: Draw;
}

/** What distinguishes one published evolutionary search from another; the flow is shared. */
export interface PublishedAlgorithm {
  /** The original's random generator, seeded as it seeds it. */
  readonly seed: (seed: number) => MersenneTwister;
  /**
   * @param twister advanced by every draw.
   * @param parents best first; empty in the first generation, when only `random` is called.
   */
  readonly operators: (
    space: SearchSpace,
    config: SearchConfig["evolution"],
    twister: MersenneTwister,
    parents: readonly Architecture[],
  ) => Operators;
  /** Negative if `a` ranks before `b`; of equals, the one evaluated first ranks first. */
  readonly compare: (a: EvaluationResult, b: EvaluationResult) => number;
}
