export { makeDirectory } from "./directories.js";
export {
  decodeCheckpoint,
  type EncodedCheckpoint,
  encodeCheckpoint,
} from "./encode-checkpoint.js";
export { openFileEvaluationStore } from "./evaluation-store.js";
export { type Extension, extendJournal } from "./extend-journal.js";
export { openFileCheckpointStore } from "./file-checkpoint-store.js";
export { followJournalFile } from "./follow-journal-file.js";
export {
  type JournalFile,
  type JournalSnapshot,
  openJournalFile,
  readJournalFile,
} from "./journal-file.js";
export { formatLine, parseEvent } from "./journal-lines.js";
export type { Journals, OpenJournal } from "./journals.js";
export { writeNewFile } from "./write-new-file.js";
export { acquireWriterLock, isWriterLockHeld } from "./writer-lock.js";
