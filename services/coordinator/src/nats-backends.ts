import type { CoordinatorEnv, NatsEnv } from "@collm/config";
import {
  announcementTtlMs,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  createStreamJournals,
  createUnfinishedSearches,
  defaultQueueSettings,
  EvaluatorRegistry,
  hearCancellation,
  hearTexts,
  Janitor,
  LeaseTakenError,
  openBucket,
  provisionStreams,
  readQueueLoad,
  requestCancellation,
  tellText,
} from "@collm/events";
import type { Logger } from "@collm/telemetry";
import type { Backends } from "./backends.js";
import { createQueueDispatcher } from "./queue-dispatcher.js";
import { DrivenElsewhereError } from "./search-refusals.js";

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
  const store = createKvEvaluationStore(evaluations);
  const janitor = await Janitor.start(
    connection,
    { deadLetters: createDeadLetters(deadLetters), evaluations: store },
    (error) => logger.warn({ err: error }, "janitor"),
  );
  const { leaseMs } = nats;
  const journals = createStreamJournals({
    connection,
    leases: await bucket(bucketNames.leases, leaseMs),
    unfinished: createUnfinishedSearches(connection, await bucket(bucketNames.unfinished)),
    leaseMs,
  });
  return {
    texts: {
      tell: (id, text) => tellText(connection, id, text),
      hear: (id, onText) => hearTexts(connection, id, onText),
    },
    journals: {
      ...journals,
      open: async (id, known) => {
        try {
          return await journals.open(id, known);
        } catch (error) {
          throw error instanceof LeaseTakenError ? new DrivenElsewhereError(id, error) : error;
        }
      },
    },
    store,
    dispatcher,
    peers: {
      unfinished: journals.unfinished,
      follow: journals.follow,
      requestCancellation: (id) => requestCancellation(connection, id),
      hearCancellation: (id, cancel) => hearCancellation(connection, id, cancel),
      leaseMs,
    },
    load: () => readQueueLoad(connection, deadLetters, registry),
    close: async () => {
      await dispatcher.close();
      registry.close();
      await janitor.close();
      await connection.close();
    },
  };
}
