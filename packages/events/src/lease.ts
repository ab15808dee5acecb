import { randomUUID } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { KV } from "@nats-io/kv";
import { isTaken } from "./taken.js";

const renewalsPerTtl = 3;

export interface Lease {
  /** Lets others have it. Calling it again does nothing. */
  release(): Promise<void>;
}

/**
 * Takes a lease by name, which one process has at a time. It only decides who tries: a process that
 * was frozen may believe that it still has it, so what it writes needs a fence of its own.
 *
 * @param ttlMs how long it outlives a process that does not renew it: the age limit of the bucket
 * @throws CollmError failed-precondition while another has it
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
    throw new CollmError(
      "failed-precondition",
      `${what}: another coordinator drives it (one that died is waited for ${ttlMs / 1000} s)`,
    );
  }
  let released = false;
  const renew = async (): Promise<void> => {
    try {
      revision = await bucket.update(name, owner, revision);
    } catch (error) {
      // It ran out while the server was away. Whoever took it meanwhile keeps it.
      if (isTaken(error) && !released) revision = await bucket.create(name, owner);
    }
  };
  let renewed: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewed = renewed.then(renew).catch(() => undefined);
  }, ttlMs / renewalsPerTtl);
  return {
    release: async () => {
      if (released) return;
      released = true;
      clearInterval(timer);
      await renewed;
      // One that ran out meanwhile may be another's.
      const entry = await bucket.get(name);
      if (entry?.operation === "PUT" && entry.string() === owner) await bucket.purge(name);
    },
  };
}
