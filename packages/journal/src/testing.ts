export { arbitraryEvents, plainEvent } from "./testing/arbitrary-events.js";
export {
  type CheckpointStoreHarness,
  describeCheckpointStore,
} from "./testing/checkpoint-store-contract.js";
export {
  describeEvaluationStore,
  type EvaluationStoreHarness,
} from "./testing/evaluation-store-contract.js";
export {
  describeJournal,
  type JournalHarness,
  type OpenedJournal,
} from "./testing/journal-contract.js";
export { createMemoryEvaluationStore } from "./testing/memory-evaluation-store.js";
export { createMemoryJournals, type MemoryJournal } from "./testing/memory-journal.js";
