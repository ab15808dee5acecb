import { randomUUID } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { KV, KvEntry } from "@nats-io/kv";
import { isTaken } from "./taken.js";

const renewalsPerTtl = 3;

export interface Lease {
  /** Aborts when it ran out, e.g. while the server was away, and another has it now. */
  readonly lost: AbortSignal;
  /** Lets others have it. Never throws; calling it again does nothing. */
  release(): Promise<void>;
}

/** Another has the lease. */
export class LeaseTakenError extends CollmError {
  constructor(what: string, ttlMs: number) {
    super(
      "failed-precondition",
      `${what}: another coordinator has it (one that died is waited for ${ttlMs / 1000} s)`,
    );
  }
}

/**
 * Takes a lease by name, which one process has at a time. It only decides who tries: a process that
 * was frozen may believe that it still has it, so what it writes needs a fence of its own.
 *
 * @param ttlMs how long it outlives a process that does not renew it: the age limit of the bucket
 * @throws LeaseTakenError (failed-precondition) while another has it
 */
export async function acquireLease(
  bucket: KV,
  name: string,
  what: string,
  ttlMs: number,
): Promise<Lease> {
  const owner = randomUUID();
  let revision: number;
  try {
    revision = await bucket.create(name, owner);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new LeaseTakenError(what, ttlMs);
  }
  const lost = new AbortController();
  let released = false;
  const isOwn = (entry: KvEntry | null): entry is KvEntry =>
    entry?.operation === "PUT" && entry.string() === owner;
  const takeAgain = async (): Promise<number> => {
    // A renewal whose answer was lost.
    const entry = await bucket.get(name);
    if (isOwn(entry)) return entry.revision;
    try {
      return await bucket.create(name, owner);
    } catch (error) {
      if (isTaken(error)) lost.abort();
      throw error;
    }
  };
  const renew = async (): Promise<void> => {
    try {
      revision = await bucket.update(name, owner, revision);
    } catch (error) {
      // It ran out while the server was away. Whoever took it meanwhile keeps it.
      if (isTaken(error) && !released) revision = await takeAgain();
    }
  };
  let renewed: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    if (!lost.signal.aborted) renewed = renewed.then(renew).catch(() => undefined);
  }, ttlMs / renewalsPerTtl);
  return {
    lost: lost.signal,
    release: async () => {
      if (released) return;
      released = true;
      clearInterval(timer);
      await renewed;
      // One that ran out meanwhile may be another's.
      const purge = async (): Promise<void> => {
        if (isOwn(await bucket.get(name))) await bucket.purge(name);
      };
      // Where NATS is away it runs out by itself.
      await purge().catch(() => undefined);
    },
  };
}
