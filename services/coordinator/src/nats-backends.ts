import type { CoordinatorEnv, NatsEnv } from "@collm/config";
import {
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  createStreamJournals,
  createUnfinishedSearches,
  defaultQueueSettings,
  hearCancellation,
  hearTexts,
  Janitor,
  LeaseTakenError,
  openBucket,
  provisionPool,
  provisionStreams,
  readQueueLoad,
  removeOldLayout,
  requestCancellation,
  ServedSupernets,
  startTtlMs,
  tellText,
  updateCopies,
} from "@collm/events";
import type { Logger } from "@collm/telemetry";
import type { Backends } from "./backends.js";
import { findSupernet } from "./find-supernet.js";
import { createQueueDispatcher } from "./queue-dispatcher.js";
import { DrivenElsewhereError } from "./search-refusals.js";

/** Journals, results and evaluations over NATS: the cluster mode. Makes streams and buckets. */
export async function openNatsBackends(
  nats: NatsEnv,
  env: Pick<CoordinatorEnv, "evaluationTimeoutMs" | "evaluatorWaitMs" | "pools">,
  logger: Logger,
): Promise<Backends> {
  const connection = await connectNats({
    servers: nats.servers,
    access: nats.access,
    name: "coordinator",
    onProblem: (problem) => logger.warn({ err: problem }, "NATS"),
  });
  const { replicas, ackWaitMs, maxWaiting } = nats;
  const queue = { ...defaultQueueSettings, replicas, ackWaitMs, maxWaiting };
  const removed = await removeOldLayout(connection);
  if (removed) {
    logger.warn(
      removed,
      "work queue: what was there before pools is removed; searches that need it publish it again",
    );
  }
  await provisionStreams(connection, queue);
  await updateCopies(connection, replicas);
  for (const pool of env.pools) await provisionPool(connection, pool, queue);
  const bucket = (name: string, ttlMs?: number) =>
    openBucket(connection, name, { replicas, ...(ttlMs === undefined ? {} : { ttlMs }) });
  const evaluations = await bucket(bucketNames.evaluations);
  // Evaluators keep theirs in it; it is there before any of them, as the queue is.
  await bucket(bucketNames.starts, startTtlMs);
  const deadLetters = await bucket(bucketNames.deadLetters);
  const served = await ServedSupernets.watch(connection, { replicas });
  const dispatcher = await createQueueDispatcher({
    connection,
    evaluations,
    deadLetters,
    served,
    queue,
    pools: env.pools,
    timeoutMs: env.evaluationTimeoutMs,
    unavailableForMs: env.evaluatorWaitMs,
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
    describeSupernet: (wanted) => findSupernet(served, wanted),
    peers: {
      unfinished: journals.unfinished,
      follow: journals.follow,
      requestCancellation: (id) => requestCancellation(connection, id),
      hearCancellation: (id, cancel) => hearCancellation(connection, id, cancel),
      leaseMs,
    },
    load: () => readQueueLoad(connection, deadLetters, served),
    close: async () => {
      await dispatcher.close();
      served.close();
      await janitor.close();
      await connection.close();
    },
  };
}
