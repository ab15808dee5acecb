import { randomUUID } from "node:crypto";
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rmdir,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { CollmError, errnoOf } from "@collm/errors";
import { z } from "zod";
import { lifeOf, ownIdentity } from "./process-identity.js";

/*
 * At most one process writes a journal. Node has no flock, and the usual lock file has a hole: two
 * processes find a dead owner's file, the first replaces it, the second deletes the replacement.
 * Here no name is ever used twice. The lock is a directory; everybody who wants it
 *
 *   1. creates a claim of its own, `trying-<token>`,
 *   2. looks at all others, deleting those whose process is dead,
 *   3. gives up if one is `held-…` or is trying with a smaller token, waits for those with a
 *      larger one to give up, and else renames its claim to `held-<token>`.
 *
 * Of two who try, the one that looked last saw the other, and both agree on who gives up: never
 * two owners, and always one. A process that was killed needs no cleaning up.
 */

/** The right to write; held until it is released or the process ends. */
export interface WriterLock {
  /**
   * Throws `failed-precondition` if somebody took over: the process slept, or a clock jumped, for
   * longer than others wait for a sign of life.
   */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

const claimSchema = z.object({
  pid: z.int(),
  startTicks: z.string().nullable(),
  place: z.string(),
  host: z.string(),
  since: z.string(),
});

interface OtherClaim {
  readonly state: string;
  readonly token: string;
  /** For messages. */
  readonly owner: string;
}

/**
 * Processes of other hosts and containers cannot be looked up. They show that they live by
 * touching their claim, and count as dead after missing six signs.
 */
const signOfLifeMs = 5_000;
const silenceMeaningDeathMs = 30_000;

/** How long a rival may take to give up before it is named as the owner. */
const patienceMs = 5_000;

/**
 * Takes the lock at `directory`, which is created and removed as needed. Throws
 * `failed-precondition` naming the owner. `what` begins the message, e.g. `journal a/events.jsonl`.
 */
export async function acquireWriterLock(what: string, directory: string): Promise<WriterLock> {
  const token = randomUUID();
  const trying = join(directory, `trying-${token}`);
  const held = join(directory, `held-${token}`);
  await writeClaim(directory, trying);
  try {
    await outlastRivals(what, directory, token);
    await rename(trying, held);
  } catch (error) {
    await remove(trying);
    await removeIfEmpty(directory);
    throw error;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // If the claim is gone, the next append says so.
    utimes(held, now, now).catch(() => undefined);
  }, signOfLifeMs);
  heartbeat.unref();
  return {
    async assertHeld() {
      const isThere = await stat(held).then(
        () => true,
        (error: unknown) => errnoOf(error) !== "ENOENT",
      );
      if (isThere) return;
      throw new CollmError("failed-precondition", `${what}: another process has taken it over`);
    },
    async release() {
      clearInterval(heartbeat);
      await remove(held);
      await removeIfEmpty(directory);
    },
  };
}

/** Whether a living process has the lock at `directory` now. */
export async function isWriterLockHeld(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  });
  for (const name of names) {
    if (name.startsWith("held-") && (await livingOwner(join(directory, name))) !== undefined) {
      return true;
    }
  }
  return false;
}

async function writeClaim(directory: string, path: string): Promise<void> {
  const claim = JSON.stringify({ ...ownIdentity(), since: new Date().toISOString() });
  for (;;) {
    await mkdir(directory, { recursive: true });
    try {
      await writeFile(path, claim, { flag: "wx" });
      return;
    } catch (error) {
      // A released lock removes the directory, which may happen between the two steps.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

async function outlastRivals(what: string, directory: string, token: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const others = await livingOthers(directory, token);
    const winner =
      others.find(({ state }) => state === "held") ??
      others.find((other) => other.token < token || performance.now() - startedAt > patienceMs);
    if (winner !== undefined) {
      throw new CollmError("failed-precondition", `${what}: is being written by ${winner.owner}`);
    }
    if (others.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function livingOthers(directory: string, token: string): Promise<readonly OtherClaim[]> {
  const others: OtherClaim[] = [];
  for (const name of await readdir(directory)) {
    const [, state, otherToken] = /^(trying|held)-(.+)$/.exec(name) ?? [];
    if (state === undefined || otherToken === undefined || otherToken === token) continue;
    const owner = await livingOwner(join(directory, name));
    if (owner !== undefined) others.push({ state, token: otherToken, owner });
  }
  return others;
}

/** Who owns the claim; undefined if it is gone or its process is dead, and then it is removed. */
async function livingOwner(path: string): Promise<string | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(path, "utf8"), await stat(path)];
    const claim = claimSchema.safeParse(parse(text)).data;
    const life = claim === undefined ? "unknown" : lifeOf(claim);
    const silentMs = Date.now() - mtimeMs;
    if (life === "dead" || (life === "unknown" && silentMs > silenceMeaningDeathMs)) {
      await remove(path);
      return undefined;
    }
    // Empty for a moment after its creation.
    if (claim === undefined) return "a process that is just starting";
    const owner = `process ${claim.pid} on ${claim.host} since ${claim.since}`;
    return life === "alive"
      ? owner
      : `${owner}, last seen ${Math.max(0, Math.round(silentMs / 1000))} s ago (taken over after 30 s)`;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw error;
  });
}

async function removeIfEmpty(directory: string): Promise<void> {
  // Others may be trying; the last one removes it.
  await rmdir(directory).catch(() => undefined);
}
