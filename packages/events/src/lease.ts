import { randomUUID } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { KV } from "@nats-io/kv";
import { isTaken } from "./taken.js";

/** How long a lease outlives a process that does not renew it. */
export const leaseTtlMs = 10_000;
const renewalsPerTtl = 3;

export interface Lease {
  /** Lets others have it. Calling it again does nothing. */
  release(): Promise<void>;
}

/**
 * Takes a lease by name, which one process has at a time. It only decides who tries: a process that
 * was frozen may believe that it still has it, so what it writes needs a fence of its own.
 *
 * @throws CollmError failed-precondition while another has it
 */
export async function acquireLease(
  bucket: KV,
  name: string,
  what: string,
  ttlMs = leaseTtlMs,
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
  const timer = setInterval(() => {
    void bucket
      .update(name, owner, revision)
      .then((next) => {
        revision = next;
      })
      .catch(() => undefined);
  }, ttlMs / renewalsPerTtl);
  return {
    release: async () => {
      if (released) return;
      released = true;
      clearInterval(timer);
      // One that ran out meanwhile may be another's.
      const entry = await bucket.get(name);
      if (entry?.operation === "PUT" && entry.string() === owner) await bucket.purge(name);
    },
  };
}
