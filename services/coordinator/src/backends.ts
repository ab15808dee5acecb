import type { Journals } from "@collm/journal";
import type { EvaluationDispatcher, EvaluationStore } from "@collm/search";

/** What keeps a search's events and results, and what brings its evaluations to evaluators. */
export interface Backends {
  readonly journals: Journals;
  readonly store: EvaluationStore;
  readonly dispatcher: EvaluationDispatcher;
  close(): Promise<void>;
}
