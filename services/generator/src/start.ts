import type { CommonEnv, RoleEnv } from "@collm/config";
import { EndpointPool, LiveRole } from "@collm/llm";
import { openServiceTls, type RunningService, startServer } from "@collm/rpc";
import { createMetrics, type Logger, startHttp } from "@collm/telemetry";
import { createGenerator } from "./create-generator.js";
import { createGeneratorService } from "./service.js";

/**
 * Reads the prompts and listens.
 *
 * @param readRole gives the role's settings as they are now; they may change between calls
 * @throws what `readRole` throws at the start; later the settings before stay in force
 */
export async function startGenerator(
  env: CommonEnv,
  readRole: () => RoleEnv,
  logger: Logger,
): Promise<RunningService> {
  const tls = openServiceTls(env.tls, logger);
  const metrics = createMetrics("generator");
  const pool = new EndpointPool();
  const live = await LiveRole.start({
    role: "generator",
    read: readRole,
    create: (role) => createGenerator(role, metrics, (problem) => logger.warn(problem), pool),
    log: logger,
    metrics,
  });
  const pages =
    env.metricsPort === undefined
      ? undefined
      : await startHttp({ host: env.host, port: env.metricsPort, metrics, isHealthy: () => true });
  const server = await startServer({
    services: [createGeneratorService(() => live.current(), logger)],
    host: env.host,
    port: env.port,
    logger,
    metrics,
    maxConnectionAgeMs: env.maxConnectionAgeMs,
    tls,
    healthPort: env.healthPort,
    limits: env.limits,
  });
  return {
    addresses: {
      port: server.port,
      metricsPort: pages?.port,
      healthPort: server.healthPort,
    },
    drain: async () => {
      live.close();
      await server.drain(env.drainMs);
      await pages?.close();
    },
  };
}
