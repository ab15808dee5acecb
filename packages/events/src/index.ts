export { openBucket, openMadeBucket, updateCopies } from "./buckets.js";
export { hearCancellation, requestCancellation } from "./cancellations.js";
export { connectNats, type NatsSettings } from "./connection.js";
export {
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  decodeLetter,
} from "./dead-letters.js";
export {
  type Announcement,
  announceEvaluator,
  announcementTtlMs,
} from "./evaluator-registry.js";
export { type Finding, inspectDeployment } from "./inspect.js";
export { Janitor } from "./janitor.js";
export { checkpointTtlMs, createKvCheckpointStore } from "./kv-checkpoint-store.js";
export { createKvEvaluationStore, readEvaluation } from "./kv-evaluation-store.js";
export { LeaseTakenError } from "./lease.js";
export { hearTexts, tellText } from "./live-texts.js";
export { bucketNames, defaultPool, noteSubject, streamNames, workSubject } from "./names.js";
export type { NatsAccess } from "./nats-access.js";
export { hearNotes, type Note, tellNote } from "./notes.js";
export { openSharedJournals } from "./open-shared-journals.js";
export {
  defaultQueueSettings,
  provisionPool,
  provisionStreams,
  type QueueSettings,
} from "./provision.js";
export { findQueued, type Published, publishWork, withdrawWork } from "./publish-work.js";
export { type QueueLoad, readQueueLoad } from "./queue-load.js";
export { removeOldLayout } from "./remove-old-layout.js";
export { ServedSupernets } from "./served-supernets.js";
export { createStreamJournals, readStreamJournal, type SharedJournals } from "./stream-journals.js";
export { describeSupernets } from "./supernet-catalog.js";
export { createUnfinishedSearches } from "./unfinished.js";
export { findWork, type LeaseSettings, takeWork, WorkLease } from "./work-lease.js";
export type { WorkMessage } from "./work-message.js";
export {
  defaultPullSettings,
  type PullPorts,
  type PullSettings,
  type PullSource,
  WorkPuller,
} from "./work-puller.js";
export { startTtlMs, WorkStarts } from "./work-starts.js";
