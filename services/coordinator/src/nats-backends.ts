import type { CoordinatorEnv, NatsEnv } from "@collm/config";
import { CollmError } from "@collm/errors";
import {
  announcementTtlMs,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  createStreamJournals,
  defaultQueueSettings,
  EvaluatorRegistry,
  Janitor,
  leaseTtlMs,
  openBucket,
  provisionStreams,
} from "@collm/events";
import type { Journals } from "@collm/journal";
import type { Logger } from "@collm/telemetry";
import type { Backends } from "./backends.js";
import { createQueueDispatcher } from "./queue-dispatcher.js";

/** Journals, results and evaluations over NATS: the cluster mode. Makes streams and buckets. */
export async function openNatsBackends(
  nats: NatsEnv,
  env: Pick<CoordinatorEnv, "evaluationTimeoutMs">,
  unavailableForMs: number,
  logger: Logger,
): Promise<Backends> {
  const connection = await connectNats({ servers: nats.servers, name: "coordinator" });
  const { replicas, ackWaitMs, maxDeliver, maxWaiting } = nats;
  const queue = { ...defaultQueueSettings, replicas, ackWaitMs, maxDeliver, maxWaiting };
  await provisionStreams(connection, queue);
  const bucket = (name: string, ttlMs?: number) =>
    openBucket(connection, name, { replicas, ...(ttlMs === undefined ? {} : { ttlMs }) });
  const evaluations = await bucket(bucketNames.evaluations);
  const deadLetters = await bucket(bucketNames.deadLetters);
  const registry = await EvaluatorRegistry.watch(
    await bucket(bucketNames.evaluators, announcementTtlMs),
  );
  const dispatcher = await createQueueDispatcher({
    connection,
    evaluations,
    deadLetters,
    registry,
    queue,
    timeoutMs: env.evaluationTimeoutMs,
    unavailableForMs,
  });
  const janitor = await Janitor.start(connection, createDeadLetters(deadLetters), (error) =>
    logger.warn({ err: error }, "janitor"),
  );
  return {
    journals: worthWaitingFor(
      createStreamJournals(connection, await bucket(bucketNames.leases, leaseTtlMs)),
    ),
    store: createKvEvaluationStore(evaluations),
    dispatcher,
    close: async () => {
      dispatcher.close();
      registry.close();
      await janitor.close();
      await connection.close();
    },
  };
}

/**
 * A journal that another coordinator has is worth asking for again: one that died keeps it until its
 * lease runs out.
 */
function worthWaitingFor(journals: Journals): Journals {
  return {
    ...journals,
    open: async (id, known) => {
      try {
        return await journals.open(id, known);
      } catch (error) {
        const { code, message } = CollmError.from(error);
        if (code !== "failed-precondition") throw error;
        throw new CollmError("unavailable", message, { cause: error });
      }
    },
  };
}
