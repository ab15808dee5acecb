import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import { JetStreamApiError } from "@nats-io/jetstream";

/** How long a server that does not answer is asked again, and how often. */
const patienceMs = 120_000;
const pauseMs = 300;

/**
 * Does `work`, again and again while NATS does not answer: a restart or a cut of the network is
 * waited for. What NATS refuses is thrown at once.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAnswer = error instanceof JetStreamApiError || error instanceof CollmError;
      if (isAnswer || performance.now() - since > patienceMs) throw error;
      await delay(pauseMs);
    }
  }
}
