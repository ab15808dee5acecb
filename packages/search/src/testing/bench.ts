import { createSearchSpace, type SearchSpace, type SpaceSpec } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { foldEvents } from "../apply-event.js";
import type { SearchConfig } from "../config.js";
import type { SearchEvent } from "../events.js";
import { type LoopPorts, runSearch } from "../loop.js";
import type { Searcher } from "../searcher.js";
import { createSearcher } from "../searchers/create.js";
import type { SearchState } from "../state.js";
import { createFixedClock } from "./fixed-clock.js";
import { MemoryJournal } from "./memory-journal.js";
import { MemoryEvaluationStore } from "./memory-store.js";
import { ScriptedRoles, type ScriptedRolesOptions } from "./scripted-roles.js";
import { searchStarted, testSearchId } from "./search-started.js";
import { SyntheticDispatcher, type SyntheticDispatcherOptions } from "./synthetic-dispatcher.js";

export interface SearchBenchOptions {
  readonly config?: Partial<SearchConfig>;
  readonly spec?: SpaceSpec;
  /** Default: the searcher that the configuration names. */
  readonly searcher?: Searcher<unknown>;
  readonly roles?: ScriptedRolesOptions;
  readonly dispatcher?: Omit<SyntheticDispatcherOptions, "space" | "store">;
  /** Results of earlier searches. */
  readonly store?: MemoryEvaluationStore;
  /** What the journal holds already; default SearchStarted alone. */
  readonly events?: readonly SearchEvent[];
  /** Ports to use instead of the bench's own. */
  readonly ports?: Partial<LoopPorts>;
}

export interface SearchBench {
  readonly space: SearchSpace;
  readonly journal: MemoryJournal;
  readonly store: MemoryEvaluationStore;
  readonly roles: ScriptedRoles;
  readonly dispatcher: SyntheticDispatcher;
  /** Folds the journal and runs the search from there. */
  run(signal?: AbortSignal): Promise<SearchState>;
}

/** A search with all its ports in memory. */
export function createSearchBench(options: SearchBenchOptions = {}): SearchBench {
  const { config, spec = tinySpec, events = [searchStarted(config, spec)] } = options;
  const space = createSearchSpace(spec);
  const journal = new MemoryJournal(events);
  const store = options.store ?? new MemoryEvaluationStore();
  const roles = new ScriptedRoles(options.roles);
  const dispatcher = new SyntheticDispatcher({ space, store, ...options.dispatcher });
  return {
    space,
    journal,
    store,
    roles,
    dispatcher,
    run: (signal = new AbortController().signal) => {
      const state = foldEvents(journal.events);
      const searcher =
        options.searcher ?? createSearcher(state.started?.config.searcher ?? "random");
      const clock = createFixedClock();
      const ports = { journal, store, roles, dispatcher, clock, ...options.ports };
      return runSearch(testSearchId, searcher, state, ports, signal);
    },
  };
}
