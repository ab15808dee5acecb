import type { QueueLoad } from "@collm/events";
import type { Journals } from "@collm/journal";
import type {
  EvaluationDispatcher,
  EvaluationStore,
  SearchEvent,
  SearchId,
  SupernetInfo,
} from "@collm/search";
import type { LiveTexts } from "./live-texts.js";
import type { WantedSupernet } from "./supernet-name.js";

/** Other coordinators that share the journals, as one of them sees them. */
export interface Peers {
  /** Searches that somebody drives or should drive; perhaps some that nobody needs to. */
  unfinished(): Promise<readonly SearchId[]>;
  /** Events above `afterSeq` and those to come, whoever writes them, until the search is at rest. */
  follow(id: SearchId, afterSeq: number, signal: AbortSignal): AsyncGenerator<SearchEvent>;
  /** Asks whoever drives the search to cancel it; `nobody` if no coordinator does. */
  requestCancellation(id: SearchId): Promise<"cancelled" | "nobody">;
  /** Called for a search that is driven here, until `stop`. */
  hearCancellation(id: SearchId, cancel: () => Promise<void>): { readonly stop: () => void };
  /** How long a search stays with a coordinator that died, in milliseconds. */
  readonly leaseMs: number;
}

/** What keeps a search's events and results, and what brings its evaluations to evaluators. */
export interface Backends {
  readonly texts: LiveTexts;
  readonly journals: Journals;
  readonly store: EvaluationStore;
  readonly dispatcher: EvaluationDispatcher;
  /** Absent where the evaluator itself is asked. */
  readonly describeSupernet?: ((wanted: WantedSupernet) => Promise<SupernetInfo>) | undefined;
  /** Absent where journals are files, which one coordinator has for itself. */
  readonly peers?: Peers | undefined;
  /** Absent where evaluations go through no queue. */
  readonly load?: (() => Promise<QueueLoad>) | undefined;
  close(): Promise<void>;
}
