import type { EventOf } from "@collm/search";
import type { Rng } from "@collm/search-space";
import type { FaultCluster } from "./fault-cluster.js";

/** What a disturbance may know of the search that it disturbs, and what it owes the check. */
export interface DisturbedSearch {
  readonly searchId: string;
  readonly supernet: EventOf<"SearchStarted">["supernet"];
  /** What was asked to be evaluated so far, the latest last. */
  readonly requested: readonly EventOf<"EvaluationRequested">[];
  /** Canonical strings of all architectures that it asks for, undisturbed, up to its end. */
  readonly asksFor: ReadonlySet<string>;
  /** Tells that work under this key is to end as a dead letter; a prefix ends with `/`. */
  expectLetter(key: string): void;
}

/** One thing that goes wrong, and ends. */
export interface Disturbance {
  /** In the words of a table, e.g. `kill -9 of an evaluator`. */
  readonly name: string;
  /** By how much it may delay a search, in milliseconds, on a machine that has nothing else to do. */
  readonly delayMs: number;
  /**
   * Does it and resolves when everything is as it was: processes started again, links passing.
   *
   * @param rng draws what the disturbance leaves open, such as which evaluator it meets
   */
  apply(cluster: FaultCluster, search: DisturbedSearch, rng: Rng): Promise<void>;
}
