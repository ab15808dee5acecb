import { CollmError } from "@collm/errors";
import type { Arm, Players } from "./arm.js";

/** What the command line says about a suite; what is absent was not said. */
export interface SuiteOptions {
  readonly budget?: number;
  readonly candidates?: number;
  readonly maxMacs?: number;
  /** `SEARCHER` or `SEARCHER:PRESET`. */
  readonly searchers?: readonly string[];
  /** One entry for each `--llm`; none means the heuristic. */
  readonly players: readonly Players[];
  readonly temperatures?: readonly number[];
  readonly prompts?: readonly string[];
}

/** Refuses `--searchers` in a suite that compares CoLLM-NAS with itself. */
export function refuseSearchers({ searchers }: SuiteOptions, suite: string): void {
  if (searchers === undefined) return;
  throw new CollmError(
    "invalid-argument",
    `--searchers: got ${searchers.join(", ")}, allowed is nothing in the suite ${suite}, which compares collm with itself`,
  );
}

/** Tables beside the summary and the paired tests, which all suites have. */
export type Extra = "first-iteration" | "budgets" | "temperature-grid" | "funnel" | "llm-usage";

/** What a suite compares, ready to run. */
export interface SuitePlan {
  readonly arms: readonly Arm[];
  /** Names of the arms that the others are tested against. */
  readonly baselines: readonly string[];
}

/** A question that many searches answer. */
export interface Suite {
  readonly name: string;
  /** One line for the list of suites. */
  readonly summary: string;
  /** What the tables say above themselves. */
  readonly intro: string;
  readonly seeds: number;
  readonly budget: number;
  readonly extras: readonly Extra[];
  /** Milestones of the `budgets` table, in evaluations. */
  readonly milestones?: readonly number[];
  /** Throws CollmError invalid-argument for options that the suite cannot use. */
  plan(options: SuiteOptions): SuitePlan;
}
