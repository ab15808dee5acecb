import type { Disturbance } from "../disturbance.js";
import { ackWaitMs, type LinkedService, leaseMs } from "../fault-cluster.js";
import { untilAtWork } from "./until-at-work.js";

/** A service starts within this time. */
export const startMs = 5_000;

/** In the middle of an evaluation, which goes to another after an ack wait. */
export const killEvaluator: Disturbance = {
  name: "kill -9 of an evaluator",
  delayMs: 2 * ackWaitMs + startMs,
  apply: async ({ evaluators }, _, rng) => {
    const evaluator = rng.pick(evaluators);
    await untilAtWork(evaluator);
    await killUnheard(evaluator);
  },
};

/** Kills it with all that it said and its link held; resolves when it was started again. */
export function killUnheard({ service, link }: LinkedService): Promise<void> {
  const restarted = service.kill();
  link.refuse();
  link.pass();
  return restarted;
}

/** The next one drives the search when the lease of the dead one has run out. */
export const killCoordinator: Disturbance = {
  name: "kill -9 of the coordinator",
  delayMs: leaseMs + startMs,
  apply: async ({ coordinator }) => {
    await coordinator.service.kill();
  },
};

/** Everything that NATS keeps is in files. */
export const killNats: Disturbance = {
  name: "kill -9 and restart of nats-server",
  delayMs: 5_000,
  apply: async (cluster) => {
    await cluster.restartNats();
  },
};

/**
 * An upgrade in a hurry: each evaluator in turn ends in order, the next as soon as it has gone. A
 * search with work to do sees all of them go, and waits for the first that is back.
 */
export const rollEvaluators: Disturbance = {
  name: "rolling restart of all evaluators",
  delayMs: 2 * ackWaitMs + startMs,
  apply: async ({ evaluators }) => {
    for (const { service } of evaluators) await service.replace();
    await Promise.all(evaluators.map(({ service }) => service.ready()));
  },
};
