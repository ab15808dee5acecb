export { openFileEvaluationStore } from "./evaluation-store.js";
export {
  type JournalFile,
  type JournalSnapshot,
  openJournalFile,
  readJournalFile,
} from "./journal-file.js";
export { acquireWriterLock } from "./writer-lock.js";
