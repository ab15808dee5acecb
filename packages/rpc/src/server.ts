import { setMaxListeners } from "node:events";
import { CollmError } from "@collm/errors";
import type { Logger, Metrics } from "@collm/telemetry";
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { lendScope, type ServerScope } from "./call-context.js";
import { createCallLimit } from "./call-limit.js";
import { silenceGrpc } from "./grpc-log.js";
import {
  defaultMaxCallMs,
  defaultMaxConcurrentCalls,
  limitOptions,
  type ServerLimits,
  sharedOptions,
} from "./limits.js";
import { addReflection } from "./reflection.js";
import { createServerMetrics } from "./server-metrics.js";
import { ServingStatus } from "./serving-status.js";
import { observeCertificate } from "./tls/certificate-metrics.js";
import type { Tls } from "./tls/open-tls.js";

/** One gRPC service that a server hosts; the implementation is made with `unary` and `serverStream`. */
export interface HostedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** What `grpc.health.v1` calls it, besides its full protobuf name. */
  readonly name: string;
}

export interface ServerOptions {
  readonly services: readonly HostedService[];
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Default: no encryption. */
  readonly tls?: Tls | undefined;
  /**
   * How long a connection may live before its clients must make a new one and so find new
   * replicas; calls under way are not cut. Default: for ever. 300,000 suits a headless service.
   */
  readonly maxConnectionAgeMs?: number | undefined;
  /**
   * A second port, in plaintext, where nothing but health is told: the kubelet speaks no TLS. 0 lets the
   * system choose. Default: none.
   */
  readonly healthPort?: number | undefined;
  readonly limits?: ServerLimits | undefined;
}

export interface RunningServer {
  readonly port: number;
  /** Where health alone is told. */
  readonly healthPort?: number | undefined;
  /** Whether health checks are told SERVING. */
  readonly isServing: boolean;
  /** Changes what health checks are told, e.g. while weights load. Serving from the start. */
  setServing(isServing: boolean): void;
  /**
   * Ends the server: says NOT_SERVING, takes no new calls, waits for those under way, and after
   * `graceMs` aborts their contexts (the callers get `unavailable`). Never throws; calling it
   * again gives the same promise.
   */
  drain(graceMs: number): Promise<void>;
}

/** After a forced drain: how long the last statuses may take to leave before sockets are closed. */
const flushMs = 250;

/**
 * Starts a gRPC server with health checks, reflection and metrics. Throws `invalid-argument`
 * when a port cannot be listened on.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  silenceGrpc();
  const draining = new AbortController();
  const forced = new AbortController();
  // Each call under way listens.
  setMaxListeners(0, forced.signal);
  const { limits = {}, host } = options;
  const server = new Server({
    ...limitOptions(limits),
    ...(options.maxConnectionAgeMs === undefined
      ? {}
      : { "grpc.max_connection_age_ms": options.maxConnectionAgeMs }),
    // The first is nearest to the caller: it counts what the second refuses.
    interceptors: [
      ...(options.metrics ? [createServerMetrics(options.metrics)] : []),
      createCallLimit(limits.maxConcurrentCalls ?? defaultMaxConcurrentCalls),
    ],
  });

  const scope = (path: string): ServerScope => ({
    draining: draining.signal,
    forced: forced.signal,
    maxCallMs: limits.maxCallMs ?? defaultMaxCallMs,
    onInternalError: (error) =>
      options.logger.error({ err: error, method: path }, "a call failed unexpectedly"),
  });
  for (const { definition, implementation } of options.services) {
    server.addService(definition, withScope(definition, implementation, scope));
  }
  const fullNames = options.services.map(({ definition }) => fullName(definition));
  addReflection(server, fullNames);

  const status = new ServingStatus([...options.services.map(({ name }) => name), ...fullNames]);
  status.addTo(server);
  let isServing = true;
  const setServing = (value: boolean) => {
    isServing = value && !draining.signal.aborted;
    status.setServing(isServing);
  };

  const port = await bind(server, host, options.port, options.tls);
  if (options.metrics) observeCertificate(options.metrics, options.tls);
  const health = new Server(sharedOptions());
  status.addTo(health);
  const healthPort =
    options.healthPort === undefined
      ? undefined
      : await bind(health, host, options.healthPort).catch((error: unknown) => {
          server.forceShutdown();
          throw error;
        });
  let drained: Promise<void> | undefined;

  async function drain(graceMs: number): Promise<void> {
    draining.abort(new CollmError("unavailable", "the service is shutting down"));
    setServing(false);
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    if (!(await settlesWithin(closed, graceMs))) {
      options.logger.warn({ graceMs }, "calls under way were cut off");
      forced.abort();
      await settlesWithin(closed, flushMs);
    }
    server.forceShutdown();
    health.tryShutdown(() => undefined);
    health.forceShutdown();
  }

  return {
    port,
    healthPort,
    get isServing() {
      return isServing;
    },
    setServing,
    drain: (graceMs) => {
      drained ??= drain(graceMs);
      return drained;
    },
  };
}

/** The full protobuf name of a service, taken from the path of its first method. */
function fullName(definition: ServiceDefinition): string {
  const path = Object.values(definition)[0]?.path ?? "";
  return path.split("/")[1] ?? "";
}

function withScope(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  scope: (path: string) => ServerScope,
): UntypedServiceImplementation {
  const wrapped: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(implementation)) {
    const methodScope = scope(definition[name]?.path ?? name);
    // grpc-js calls every kind of handler with the call first; the rest depends on the kind.
    const call = handler as (...args: unknown[]) => void;
    wrapped[name] = ((...args: unknown[]) => {
      lendScope(args[0] as object, methodScope);
      call(...args);
    }) as UntypedHandleCall;
  }
  return wrapped;
}

function bind(server: Server, host: string, wanted: number, tls?: Tls): Promise<number> {
  const address = `${host.includes(":") ? `[${host}]` : host}:${wanted}`;
  const credentials = tls?.server ?? ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) {
        resolve(port);
        return;
      }
      // grpc-js wraps the system's words: "No address added out of total 1 resolved errors: [...]".
      const reason = /errors: \[(.+)\]$/.exec(error.message)?.[1] ?? error.message;
      reject(
        new CollmError(
          "invalid-argument",
          `host and port: cannot listen on ${address} (${reason})`,
          { cause: error },
        ),
      );
    });
  });
}

async function settlesWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), timeout]);
  clearTimeout(timer);
  return isDone;
}
