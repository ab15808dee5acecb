import { createHash } from "node:crypto";

/** Streams; what each is for is in `provision.ts`. */
export const streamNames = {
  work: "COLLM_WORK",
  advisories: "COLLM_ADVISORIES",
  journal: "COLLM_JOURNAL",
} as const;

/** Durable consumer of the advisories, shared by all coordinators. */
export const janitorName = "janitor";

/** Key-value buckets, which are streams named `KV_…`. */
export const bucketNames = {
  evaluations: "COLLM_EVALUATIONS",
  checkpoints: "COLLM_CHECKPOINTS",
  deadLetters: "COLLM_DEAD_LETTERS",
  evaluators: "COLLM_EVALUATORS",
  leases: "COLLM_LEASES",
  unfinished: "COLLM_UNFINISHED",
  starts: "COLLM_STARTS",
  supernets: "COLLM_SUPERNETS",
} as const;

/**
 * A subject's token and a bucket's key for any text: content keys hold characters that NATS does not
 * allow there. 32 hex digits of SHA-256.
 */
export function tokenOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Pool of evaluators that are told no other. */
export const defaultPool = "default";

/** Work for one evaluation context in one pool: any evaluator of the pool is given it. */
export function workSubject(pool: string, contextDigest: string): string {
  return `collm.work.${pool}.${tokenOf(contextDigest)}`;
}

/** All work of a pool. */
export function poolSubject(pool: string): string {
  return `collm.work.${pool}.*`;
}

export const anyWorkSubject = "collm.work.*.*";

/** The pool that work of this subject goes to. */
export function poolOf(subject: string): string {
  return subject.split(".")[2] ?? "";
}

/** Durable consumer of a pool's work, shared by its evaluators; what scales them looks at its lag. */
export function consumerName(pool: string): string {
  return `evaluators-${pool}`;
}

/** Told, not kept: what an evaluator is doing with this content key. */
export function noteSubject(key: string): string {
  return `collm.note.${tokenOf(key)}`;
}

export const anyNoteSubject = "collm.note.*";

/** Where whoever began with work again says that it is still at it. */
export function startSubject(id: string): string {
  return `collm.start.${id}`;
}

const journalPrefix = "collm.journal.";

export function journalSubject(searchId: string): string {
  return `${journalPrefix}${searchId}`;
}

export function searchIdOf(subject: string): string {
  return subject.slice(journalPrefix.length);
}

/** Told, not kept: what a search's language models are writing. */
export function textSubject(searchId: string): string {
  return `collm.text.${searchId}`;
}

/** Where the coordinator that drives a search hears that it shall be cancelled. */
export function cancelSubject(searchId: string): string {
  return `collm.cancel.${searchId}`;
}
