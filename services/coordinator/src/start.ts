import { setTimeout as delay } from "node:timers/promises";
import type { CoordinatorEnv } from "@collm/config";
import { CollmError } from "@collm/errors";
import {
  CoordinatorServiceService,
  EvaluatorServiceClient,
  GeneratorServiceClient,
  NavigatorServiceClient,
} from "@collm/proto";
import {
  callUnary,
  connect,
  fromProtoSupernet,
  openServiceTls,
  type RunningService,
  retryUnavailable,
  startServer,
} from "@collm/rpc";
import { collmVersion, createMetrics, type Logger, startHttp } from "@collm/telemetry";
import { openFileBackends } from "./file-backends.js";
import { openNatsBackends } from "./nats-backends.js";
import { observeQueue } from "./queue-metrics.js";
import { describeRoles } from "./role-labels.js";
import { createGrpcRoles } from "./roles-client.js";
import { observeRunning } from "./running-metrics.js";
import { createSearchMetrics } from "./search-metrics.js";
import { Searches } from "./searches.js";
import { createCoordinatorService } from "./service.js";
import { Takeover } from "./takeover.js";
import { measureTest } from "./test-request.js";

/** How long a neighbour that cannot be reached is asked again. A supervised one is back in seconds. */
const neighbourPatienceMs = 60_000;
/** Beyond the longest time that a role may be given for an answer (an hour): it says itself what failed. */
const roleTimeoutMs = 2 * 3_600_000;

/** Connects to the neighbours, opens the stores and listens. */
export async function startCoordinator(
  env: CoordinatorEnv,
  logger: Logger,
): Promise<RunningService> {
  const { navigatorAddress, generatorAddress } = env;
  const tls = openServiceTls(env.tls, logger);
  const connecting = { tls, maxMessageBytes: env.limits?.maxMessageBytes };
  const roles = {
    navigator:
      navigatorAddress === undefined
        ? undefined
        : connect(NavigatorServiceClient, navigatorAddress, connecting),
    generator:
      generatorAddress === undefined
        ? undefined
        : connect(GeneratorServiceClient, generatorAddress, connecting),
  };
  const evaluator = connect(EvaluatorServiceClient, env.evaluatorAddress, connecting);
  const patiently = <T>(attempt: () => Promise<T>): Promise<T> =>
    retryUnavailable(attempt, { maxWaitMs: neighbourPatienceMs });

  const { storage } = env;
  const metrics = createMetrics("coordinator");
  const { journals, store, dispatcher, describeSupernet, peers, texts, load, close } =
    storage.kind === "nats"
      ? await openNatsBackends(storage.nats, env, logger)
      : openFileBackends(storage, env, evaluator, neighbourPatienceMs);
  const searches = new Searches({
    journals,
    ports: {
      roles: (searchId) =>
        createGrpcRoles(roles, searchId, {
          timeoutMs: roleTimeoutMs,
          unavailableForMs: neighbourPatienceMs,
          onText: (text) => texts.tell(searchId, text),
        }),
      dispatcher,
      store,
      clock: { now: () => new Date() },
    },
    describeSupernet: (wanted) =>
      patiently(async () => {
        if (describeSupernet) return await describeSupernet(wanted);
        const { name } = wanted;
        const { supernet } = await callUnary(evaluator, "describeSupernet", { name });
        if (!supernet) throw new CollmError("internal", "the evaluator described no supernet");
        return fromProtoSupernet(supernet);
      }),
    describeRoles: (searcher) => patiently(() => describeRoles(searcher, roles)),
    measureTest: (request) =>
      patiently(() => measureTest(evaluator, request, env.evaluationTimeoutMs)),
    observe: createSearchMetrics(metrics),
    peers,
    versions: { collm: collmVersion, node: process.versions.node },
    logger,
  });

  observeRunning(metrics, () => searches.driven, Date.now);
  if (load) observeQueue(metrics, load);
  const pages =
    env.metricsPort === undefined
      ? undefined
      : await startHttp({
          host: env.host,
          port: env.metricsPort,
          metrics,
          isHealthy: () => true,
        });
  const server = await startServer({
    services: [
      {
        definition: CoordinatorServiceService,
        implementation: createCoordinatorService(searches, texts),
        name: "coordinator",
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
  const takeover = peers && new Takeover(searches, peers, logger);
  return {
    addresses: {
      port: server.port,
      metricsPort: pages?.port,
      healthPort: server.healthPort,
    },
    drain: async () => {
      // Nobody is sent here any more, while searches come to rest.
      server.setServing(false);
      // First the journals: watchers see the last events before their streams end.
      const takenOver = takeover?.stop();
      await searches.drain("the coordinator is shutting down");
      // One that waits for a neighbour leaves its journal to the lease.
      await Promise.race([takenOver, delay(env.drainMs, undefined, { ref: false })]);
      await server.drain(env.drainMs);
      for (const client of [roles.navigator, roles.generator, evaluator]) client?.close();
      await close();
      await pages?.close();
    },
  };
}
