import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { EvaluatorEnv, NatsEnv } from "@collm/config";
import { CollmError } from "@collm/errors";
import {
  announceEvaluator,
  announcementTtlMs,
  bucketNames,
  checkpointTtlMs,
  connectNats,
  createDeadLetters,
  createKvCheckpointStore,
  createKvEvaluationStore,
  defaultPullSettings,
  describeSupernets,
  openBucket,
  startTtlMs,
  WorkPuller,
  WorkStarts,
} from "@collm/events";
import { openFileCheckpointStore, openFileEvaluationStore } from "@collm/journal";
import type { CheckpointStore, EvaluationStore } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import type { EvaluationRunner } from "./evaluation-runner.js";
import type { HostedSupernet } from "./hosted-supernet.js";

/** Where results and checkpoints are kept, and the queue if there is one. */
export interface Work {
  readonly store: EvaluationStore;
  readonly checkpoints: CheckpointStore;
  /** Announces the supernets and takes work of theirs; does nothing without a queue. */
  start(runner: EvaluationRunner, supernets: ReadonlyMap<string, HostedSupernet>): Promise<void>;
  /** Takes no more, finishes or gives back what is under way within `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** A folder and no queue, or a bucket and the work queue of NATS. */
export async function openWork(env: EvaluatorEnv, logger: Logger): Promise<Work> {
  if (env.store.kind === "nats") return await openNatsWork(env.store.nats, env, logger);
  return {
    store: openFileEvaluationStore(env.store.evaluationsDir),
    checkpoints: openFileCheckpointStore(join(env.store.evaluationsDir, "checkpoints")),
    start: async () => undefined,
    drain: async () => undefined,
  };
}

async function openNatsWork(nats: NatsEnv, env: EvaluatorEnv, logger: Logger): Promise<Work> {
  const { replicas, beatMs, maxDeliver } = nats;
  const connection = await connectNats({
    servers: nats.servers,
    access: nats.access,
    name: "evaluator",
    onProblem: (problem) => logger.warn({ err: problem }, "NATS"),
  });
  const evaluations = await openBucket(connection, bucketNames.evaluations, { replicas });
  const checkpoints = await openBucket(connection, bucketNames.checkpoints, {
    replicas,
    ttlMs: checkpointTtlMs,
  });
  const letters = await openBucket(connection, bucketNames.deadLetters, { replicas });
  const evaluators = await openBucket(connection, bucketNames.evaluators, {
    replicas,
    ttlMs: announcementTtlMs,
  });
  const described = await openBucket(connection, bucketNames.supernets, { replicas });
  const starts = await openBucket(connection, bucketNames.starts, { replicas, ttlMs: startTtlMs });
  let puller: WorkPuller | undefined;
  let announcement: { readonly withdraw: () => Promise<void> } | undefined;
  return {
    store: createKvEvaluationStore(evaluations),
    checkpoints: createKvCheckpointStore(checkpoints, connection.info?.max_payload ?? 0),
    start: async (runner, supernets) => {
      const infos = [...supernets.values()].map(({ info }) => info);
      await describeSupernets(described, env.pool, infos);
      announcement = await announceEvaluator(evaluators, {
        id: randomUUID(),
        supernets: infos,
        device: [env.runtime.executionProvider, env.runtime.deviceId]
          .filter((part) => part !== undefined)
          .join(":"),
        sharing: env.deviceSharing,
        slots: env.workers,
        pool: env.pool,
      });
      // The same problem comes four times a second until it is over; it is told once.
      let told: string | undefined;
      puller = new WorkPuller(
        connection,
        { pool: env.pool, contextDigests: infos.map(({ contextDigest }) => contextDigest) },
        { ...defaultPullSettings, beatMs, maxDeaths: maxDeliver, slots: env.workers },
        {
          deadLetters: createDeadLetters(letters),
          starts: new WorkStarts(connection, starts),
          evaluate: (request, { signal, onStarted }) => {
            told = undefined;
            let hasStarted = false;
            return runner.run(request, {
              signal,
              // The runner reports as soon as it begins, and nothing for a stored result.
              onProgress: () => {
                if (!hasStarted) onStarted();
                hasStarted = true;
              },
            });
          },
          onProblem: (error) => {
            const { message } = CollmError.from(error);
            if (message !== told) logger.warn({ err: error }, "work queue");
            told = message;
          },
        },
      );
    },
    drain: async (graceMs) => {
      await announcement?.withdraw().catch(() => undefined);
      await puller?.drain(graceMs);
      await connection.close();
    },
  };
}
