import type { CommonEnv, RoleEnv } from "@collm/config";
import { openServiceTls, type RunningService, startServer } from "@collm/rpc";
import { createMetrics, type Logger, startHttp } from "@collm/telemetry";
import { createGenerator } from "./create-generator.js";
import { createGeneratorService } from "./service.js";

/** Reads the prompts and listens. */
export async function startGenerator(
  env: CommonEnv,
  roleEnv: RoleEnv,
  logger: Logger,
): Promise<RunningService> {
  const tls = openServiceTls(env.tls, logger);
  const metrics = createMetrics("generator");
  const generator = await createGenerator(roleEnv, metrics, (problem) => logger.warn(problem));
  logger.info({ role: generator.description }, "role ready");
  const pages =
    env.metricsPort === undefined
      ? undefined
      : await startHttp({ host: env.host, port: env.metricsPort, metrics, isHealthy: () => true });
  const server = await startServer({
    services: [createGeneratorService(generator, logger)],
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
      await server.drain(env.drainMs);
      await pages?.close();
    },
  };
}
