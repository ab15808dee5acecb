import { leaseTtlMs } from "@collm/events";
import type { Disturbance } from "../disturbance.js";
import { ackWaitMs } from "../fault-cluster.js";

/** A service starts within this time. */
export const startMs = 5_000;

/** Its work goes to another after an ack wait. */
export const killEvaluator: Disturbance = {
  name: "kill -9 of an evaluator",
  delayMs: 2 * ackWaitMs + startMs,
  apply: async ({ evaluators }, _, rng) => {
    await rng.pick(evaluators).service.kill();
  },
};

/** The next one drives the search when the lease of the dead one has run out. */
export const killCoordinator: Disturbance = {
  name: "kill -9 of the coordinator",
  delayMs: leaseTtlMs + startMs,
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

/** An upgrade: each evaluator in turn ends in order and comes back. */
export const rollEvaluators: Disturbance = {
  name: "rolling restart of all evaluators",
  delayMs: 2 * ackWaitMs + startMs,
  apply: async ({ evaluators }) => {
    for (const { service } of evaluators) await service.roll();
  },
};
