import { CollmError } from "@collm/errors";
import { collmVersion, createLogger, type Logger } from "@collm/telemetry";
import { startTracing, type Tracing } from "@collm/tracing";
import type { ServiceMessage } from "./service-message.js";

/** A service that listens. */
export interface RunningService {
  readonly addresses: {
    /** Of gRPC. */
    readonly port: number;
    /** Of `/metrics` and `/healthz`; absent when they are off. */
    readonly metricsPort?: number | undefined;
    /** Of health checks in plaintext; absent when there is none. */
    readonly healthPort?: number | undefined;
  };
  /** Takes no new work, finishes or hands back what is under way, and closes everything. */
  drain(): Promise<void>;
}

export interface ServiceDescription {
  /** For example `navigator`; on every log line. */
  readonly name: string;
  /** Reads the environment, loads what is needed and listens. */
  start(logger: Logger): Promise<RunningService>;
  /** Default: `COLLM_LOG_LEVEL`, else `info`. */
  readonly logLevel?: string | undefined;
}

/**
 * The whole life of a service's process; `main.ts` calls it and nothing else.
 *
 *     start ── ready ── SIGTERM or SIGINT: drain ── exit 0      (the signal again: exit 1 at once)
 *       │        └───── the parent is gone: exit 1 at once, work under way is repeated elsewhere
 *       └── failed: one line on standard error, exit 2 if the configuration is to blame, else 1
 *
 * Started by `fork`, it tells its parent when it is ready or why it is not (`ServiceMessage`).
 */
export async function runService(service: ServiceDescription): Promise<void> {
  let running: RunningService | undefined;
  let logger: Logger | undefined;
  let tracing: Tracing | undefined;
  let isStopping = false;

  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger?.info({ signal }, "draining");
    // Before it is ready a service has taken no work.
    if (running === undefined) process.exit(0);
    const drained = running.drain().finally(() => tracing?.stop());
    drained.then(
      () => {
        logger?.info("stopped");
        process.exit(0);
      },
      (error: unknown) => {
        logger?.error({ err: error }, "could not drain");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // An orphan would hold its port and memory for ever. The parent may have died while this
  // process was still loading its modules; then the event has passed.
  if (process.connected === false) process.exit(1);
  process.once("disconnect", () => process.exit(1));
  process.once("uncaughtException", (error) => {
    logger?.fatal({ err: error }, "unexpected error");
    process.exit(1);
  });

  try {
    logger = createLogger({
      service: service.name,
      level: service.logLevel ?? (process.env.COLLM_LOG_LEVEL || undefined),
    });
    const log = logger;
    tracing = await startTracing({
      service: service.name,
      version: collmVersion,
      env: process.env,
      onProblem: (problem) => log.warn(problem),
    });
    running = await service.start(logger);
  } catch (error) {
    await fail(service.name, CollmError.from(error));
    return;
  }
  const { port, metricsPort, healthPort } = running.addresses;
  logger.info({ port, metricsPort, healthPort }, "ready");
  await tellParent({ kind: "ready", port, metricsPort, healthPort });
}

async function fail(name: string, error: CollmError): Promise<void> {
  const message = error.message.replaceAll(/\s*\n\s*/g, " ");
  process.stderr.write(`collm ${name}: ${message}\n`);
  await tellParent({ kind: "failed", code: error.code, message });
  process.exit(error.code === "invalid-argument" || error.code === "not-found" ? 2 : 1);
}

/** Resolves when the message has left; a parent that is gone is dealt with by `disconnect`. */
function tellParent(message: ServiceMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
