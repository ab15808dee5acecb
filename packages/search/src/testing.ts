export { createSearchBench, type SearchBench, type SearchBenchOptions } from "./testing/bench.js";
export { describeSearcher, type SearcherTraits } from "./testing/contract.js";
export { decisionsOf } from "./testing/decisions.js";
export {
  type DispatcherBench,
  type DispatcherHarness,
  describeEvaluationDispatcher,
  type EvaluatorScript,
} from "./testing/dispatcher-contract.js";
export { createFixedClock } from "./testing/fixed-clock.js";
export { MemoryJournal } from "./testing/memory-journal.js";
export { MemoryEvaluationStore } from "./testing/memory-store.js";
export { ScriptedRoles, type ScriptedRolesOptions } from "./testing/scripted-roles.js";
export { searchStarted, testSearchId } from "./testing/search-started.js";
export {
  easyTop1Percent,
  SyntheticDispatcher,
  type SyntheticDispatcherOptions,
} from "./testing/synthetic-dispatcher.js";
