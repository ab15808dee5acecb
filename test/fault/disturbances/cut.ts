import { setTimeout as delay } from "node:timers/promises";
import type { Rng } from "@collm/search-space";
import type { Disturbance } from "../disturbance.js";
import { ackWaitMs, type LinkedService } from "../fault-cluster.js";

/** Clients ask again every half second, and a search looks around once a second. */
const noticedMs = 5_000;
const slowLinkMs = 40;
const slowForMs = 3_000;

/** Nobody reaches NATS for `forMs`, by connections that break or by silence. */
export function cutNats(forMs: number): Disturbance {
  return {
    name: `NATS unreachable for ${forMs / 1000} s`,
    delayMs: forMs + noticedMs,
    apply: async ({ services }, _, rng) => {
      await cut(services, forMs, rng);
    },
  };
}

/** One evaluator is cut off for longer than the queue waits, and beats into the void. */
export const cutEvaluator: Disturbance = {
  name: "evaluator cut off for three ack waits",
  delayMs: 4 * ackWaitMs,
  apply: async ({ evaluators }, _, rng) => {
    await cut([rng.pick(evaluators)], 3 * ackWaitMs, rng);
  },
};

/** Every piece between NATS and everybody takes longer. */
export const slowNetwork: Disturbance = {
  name: "slow network",
  delayMs: 2 * slowForMs,
  apply: async ({ services }) => {
    for (const { link } of services) link.delay(slowLinkMs);
    await delay(slowForMs);
    for (const { link } of services) link.delay(0);
  },
};

async function cut(services: readonly LinkedService[], forMs: number, rng: Rng): Promise<void> {
  const isSilent = rng.int(2) === 0;
  for (const { link } of services) {
    if (isSilent) link.hold();
    else link.refuse();
  }
  await delay(forMs);
  for (const { link } of services) link.pass();
}
