import type { EvaluatorEnv } from "@collm/config";
import { createImageLocator } from "@collm/demo";
import { CollmError } from "@collm/errors";
import { type ImageLocator, type RuntimeSettings, requireProvider } from "@collm/evaluation";
import { createFolderLocator, isFolder } from "@collm/images";
import { EvaluatorServiceService } from "@collm/proto";
import { openServiceTls, type RunningService, startServer } from "@collm/rpc";
import { createMetrics, type Logger, type Metrics, startHttp } from "@collm/telemetry";
import { EvaluationQueue } from "./evaluation-queue.js";
import { EvaluationRunner } from "./evaluation-runner.js";
import { createEvaluatorMetrics } from "./evaluator-metrics.js";
import { hostSupernets } from "./host-supernets.js";
import { openWork } from "./open-work.js";
import { DeletionCost } from "./pod/deletion-cost.js";
import { createEvaluatorService } from "./service.js";

/** Evaluations that may wait for a worker: several coordinators' worth, seconds to minutes of work. */
const maxWaitingEvaluations = 64;

/** Share of the time for draining in which evaluations may end before they are interrupted. */
const finishShare = 0.1;

/** Packing a folder takes minutes; this many images are a few seconds of it. */
const imagesPerLog = 1000;

/** Loads the supernets, opens the store and listens; the metrics page is there while it loads. */
export async function startEvaluator(env: EvaluatorEnv, logger: Logger): Promise<RunningService> {
  const metrics = createMetrics("evaluator");
  let isLoaded = false;
  const { host, metricsPort: port } = env;
  const pages =
    port === undefined
      ? undefined
      : await startHttp({ host, port, metrics, isHealthy: () => isLoaded });
  try {
    const { addresses, drain } = await loadEvaluator(env, logger, metrics);
    isLoaded = true;
    return {
      addresses: { ...addresses, metricsPort: pages?.port },
      drain: async () => {
        await drain();
        await pages?.close();
      },
    };
  } catch (error) {
    await pages?.close();
    throw error;
  }
}

async function loadEvaluator(
  env: EvaluatorEnv,
  logger: Logger,
  metrics: Metrics,
): Promise<RunningService> {
  const runtime: RuntimeSettings = { ...env.runtime, threads: env.threadsPerWorker };
  await requireProvider(runtime);
  const tls = openServiceTls(env.tls, logger);
  const evaluatorMetrics = createEvaluatorMetrics(metrics, env.workers);
  const { supernets, close } = await hostSupernets(env.supernets, {
    runtime,
    workers: env.workers,
    imageMemoryBytes: env.imageMemoryBytes,
    locateImages: locatorOf(env, logger),
    realTime: env.realTime,
  });
  for (const { info } of supernets.values()) {
    const { name, digest, contextDigest, isSynthetic } = info;
    logger.info({ supernet: name, digest, contextDigest, isSynthetic }, "supernet loaded");
  }

  const work = await openWork(env, logger);
  const deletionCost = env.pod && new DeletionCost({ pod: env.pod, log: logger });
  const runner = new EvaluationRunner({
    supernets,
    store: work.store,
    queue: new EvaluationQueue({
      slots: env.workers,
      maxWaiting: maxWaitingEvaluations,
      onChange: (load) => {
        evaluatorMetrics.queueChanged(load);
        deletionCost?.loadChanged(load);
      },
    }),
    metrics: evaluatorMetrics,
    checkpoints:
      env.checkpointMs === 0 ? undefined : { store: work.checkpoints, everyMs: env.checkpointMs },
    logger,
  });
  const server = await startServer({
    services: [
      {
        definition: EvaluatorServiceService,
        implementation: createEvaluatorService(runner, supernets),
        name: "evaluator",
      },
    ],
    host: env.host,
    port: env.port,
    logger,
    metrics,
    maxConnectionAgeMs: env.maxConnectionAgeMs,
    tls,
    healthPort: env.healthPort,
    limits: env.limits,
  });
  await work.start(runner, supernets);
  return {
    addresses: { port: server.port, healthPort: server.healthPort },
    drain: async () => {
      // Without checkpoints stopping would waste what was done, so there is more time to finish.
      const suspendMs = env.drainMs * (env.checkpointMs === 0 ? 1 : finishShare);
      const timer = setTimeout(() => runner.suspend(), suspendMs);
      // What does not stop either, in a long batch, is abandoned after `drainMs`.
      await Promise.all([server.drain(env.drainMs), work.drain(env.drainMs)]);
      clearTimeout(timer);
      deletionCost?.close();
      await close();
    },
  };
}

/** `demo:` names and folders are made and packed in the cache folder; other paths are packed sets. */
function locatorOf({ cacheDir }: EvaluatorEnv, logger: Logger): ImageLocator {
  if (cacheDir !== undefined) {
    return createFolderLocator(createImageLocator(cacheDir), {
      cacheDir,
      onProgress: (split, progress) => {
        if (progress.imagesDone % imagesPerLog === 0) {
          logger.info({ split, ...progress }, "packing images");
        }
      },
      onLocated: ({ split, directory, path, images, provenance, isNew }) => {
        const { corrupt, damaged } = provenance;
        const counts = { images, corrupt: corrupt.length, damaged: damaged.length };
        logger.info({ split, directory, path, isNew, ...counts }, "image folder");
        for (const problem of [...corrupt, ...damaged]) logger.warn(problem, "image problem");
      },
    });
  }
  return async (value) => {
    const isDemo = value.startsWith("demo:");
    if (!isDemo && !(await isFolder(value))) return value;
    throw new CollmError(
      "invalid-argument",
      `COLLM_CACHE_DIR: is not set, and the images "${value}" are made in that folder`,
    );
  };
}
