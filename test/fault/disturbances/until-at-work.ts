import { setTimeout as delay } from "node:timers/promises";
import type { LinkedService } from "../fault-cluster.js";

/** A search that is at its end, or held up, has no work for it. */
const patienceMs = 2_000;

/**
 * Resolves in the moment when an evaluator tells that it begins an evaluation, with its link held; or
 * after a while, if it begins none.
 */
export async function untilAtWork({ link }: LinkedService): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const late = delay(patienceMs, undefined, { signal }).catch(() => undefined);
  await Promise.race([link.heldAt('"kind":"started"', signal), late]);
  over.abort();
}
