import { setTimeout as delay } from "node:timers/promises";
import type { Disturbance } from "../disturbance.js";
import { ackWaitMs } from "../fault-cluster.js";
import { untilAtWork } from "./until-at-work.js";

/** In the middle of an evaluation and longer than the queue waits: its work is done by others, and then by itself once more. */
export const freezeEvaluator: Disturbance = {
  name: "evaluator frozen for three ack waits",
  delayMs: 4 * ackWaitMs,
  apply: async ({ evaluators }, _, rng) => {
    const evaluator = rng.pick(evaluators);
    await untilAtWork(evaluator);
    const { service, link } = evaluator;
    service.signal("SIGSTOP");
    link.pass();
    await delay(3 * ackWaitMs);
    service.signal("SIGCONT");
  },
};

const bursts = 10;
const stoppedMs = 400;
const runningMs = 50;

/** An evaluator that gets a ninth of the processor: slow, but its beats keep its work. */
export const slowEvaluator: Disturbance = {
  name: "slow evaluator",
  delayMs: bursts * (stoppedMs + runningMs) + ackWaitMs,
  apply: async ({ evaluators }, _, rng) => {
    const { service } = rng.pick(evaluators);
    for (let burst = 0; burst < bursts; burst++) {
      service.signal("SIGSTOP");
      await delay(stoppedMs);
      service.signal("SIGCONT");
      await delay(runningMs);
    }
  },
};
