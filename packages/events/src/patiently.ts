import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { refusedByNats } from "./refused.js";

/** How long a server that does not answer is asked again, and how often. */
const patienceMs = 120_000;
const pauseMs = 300;

/**
 * Does `work`, again and again while NATS does not answer: a restart or a cut of the network is
 * waited for. What NATS refuses is thrown at once.
 *
 * @throws CollmError unavailable when it has not answered for two minutes, or the connection was
 *   closed here
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isAnswer(error)) throw error;
      const refusal = refusedByNats(error);
      if (refusal) throw refusal;
      // We closed it ourselves, and it will not come back.
      const isClosed = error instanceof errors.ClosedConnectionError;
      if (isClosed || performance.now() - since > patienceMs) throw unavailable(error);
      await delay(pauseMs);
    }
  }
}

/**
 * Does `work` once, for somebody who would rather hear at once that NATS does not answer.
 *
 * @throws CollmError unavailable if it does not
 */
export async function atOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isAnswer(error) ? error : (refusedByNats(error) ?? unavailable(error));
  }
}

function isAnswer(error: unknown): boolean {
  return error instanceof JetStreamApiError || error instanceof CollmError;
}

function unavailable(cause: unknown): CollmError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CollmError("unavailable", `NATS: does not answer (${reason})`, { cause });
}
