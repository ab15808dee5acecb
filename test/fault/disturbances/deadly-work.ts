import {
  bucketNames,
  createDeadLetters,
  defaultPool,
  noteSubject,
  openBucket,
  publishWork,
} from "@collm/events";
import { createSearchSpace, type Rng, sampleUniform } from "@collm/search-space";
import { until } from "../../support/poll.js";
import type { Disturbance, DisturbedSearch } from "../disturbance.js";
import { ackWaitMs, type FaultCluster, type LinkedService, maxDeliver } from "../fault-cluster.js";
import { extraWork } from "./extra-work.js";
import { killUnheard, startMs } from "./kill.js";

/**
 * The first death does not count. Every one costs an ack wait, and at worst all evaluators are just being
 * started again.
 */
const allDeathsMs = (maxDeliver + 1) * (ackWaitMs + startMs);

/**
 * Work on which every evaluator dies that takes it: it is killed in the moment when it tells that it
 * begins, before it can store anything.
 */
export const deadlyWork: Disturbance = {
  name: "work that kills its evaluator",
  delayMs: allDeathsMs,
  apply: async (cluster, search, rng) => {
    const work = extraWork(search, anotherArchitecture(search, rng));
    const letters = createDeadLetters(
      await openBucket(cluster.connection, bucketNames.deadLetters, { replicas: 1 }),
    );
    const deaths = killWhoeverBegins(cluster, work.key);
    try {
      // However full the queue is or NATS away.
      await until("room for the work", async () => {
        const { kind } = await publishWork(cluster.connection, defaultPool, work);
        return kind === "held-back" ? undefined : true;
      });
      await until("its dead letter", () => letters.read(work.key), 4 * allDeathsMs);
    } finally {
      await deaths.stop();
    }
  },
};

function anotherArchitecture({ supernet, asksFor }: DisturbedSearch, rng: Rng): string {
  const space = createSearchSpace(supernet.space);
  for (;;) {
    const { canonical } = sampleUniform(space, rng);
    if (!asksFor.has(canonical)) return canonical;
  }
}

/** Kills every evaluator that tells that it begins with this key, until it is stopped. */
function killWhoeverBegins(
  { evaluators }: FaultCluster,
  key: string,
): { readonly stop: () => Promise<void> } {
  const restarts: Promise<void>[] = [];
  const over = new AbortController();
  const lieInWait = async ({ service, link }: LinkedService): Promise<void> => {
    for (;;) {
      await link.heldAt(noteSubject(key), over.signal);
      restarts.push(killUnheard({ service, link }));
    }
  };
  for (const evaluator of evaluators) void lieInWait(evaluator);
  return {
    stop: async () => {
      over.abort();
      await Promise.all(restarts);
    },
  };
}
