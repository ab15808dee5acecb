import {
  GeneratorServiceClient,
  GeneratorServiceService,
  type generator,
  NavigatorServiceClient,
  NavigatorServiceService,
  type navigator,
} from "@collm/proto";
import { createLogger } from "@collm/telemetry";
import { onTestFinished } from "vitest";
import type { CallContext } from "./call-context.js";
import { connect } from "./channel.js";
import { type RunningServer, type ServerOptions, startServer } from "./server.js";
import { serverStream } from "./server-stream.js";
import type { Tls } from "./tls/open-tls.js";
import { unary } from "./unary.js";

/** What the two services of the test server do. */
export interface Handlers {
  propose?: (
    request: generator.ProposeCandidatesRequest,
    context: CallContext,
  ) => Promise<generator.ProposeCandidatesResponse>;
  strategise?: (
    request: navigator.ProposeStrategyRequest,
    context: CallContext,
  ) => AsyncIterable<navigator.ProposeStrategyResponse>;
}

/** A real server on loopback with a generator (unary) and a navigator (stream), and clients. */
export async function startLoopback(
  handlers: Handlers,
  options: Partial<Omit<ServerOptions, "services" | "host" | "logger">> & {
    /** Of the clients; default that of the server. */
    readonly clientTls?: Tls;
  } = {},
) {
  const logged: string[] = [];
  const destination = { write: (line: string) => void logged.push(line) };
  const server = await startServer({
    host: "127.0.0.1",
    ...options,
    port: options.port ?? 0,
    logger: createLogger({ service: "test", destination }),
    services: [
      {
        definition: GeneratorServiceService,
        implementation: { proposeCandidates: unary(handlers.propose ?? (async () => noProposals)) },
        name: "generator",
      },
      {
        definition: NavigatorServiceService,
        implementation: {
          proposeStrategy: serverStream(handlers.strategise ?? async function* () {}),
        },
        name: "navigator",
      },
    ],
  });
  const address = `127.0.0.1:${server.port}`;
  const tls = options.clientTls ?? options.tls;
  const generatorClient = connect(GeneratorServiceClient, address, { tls });
  const navigatorClient = connect(NavigatorServiceClient, address, { tls });
  onTestFinished(async () => {
    generatorClient.close();
    navigatorClient.close();
    await server.drain(0);
  });
  return {
    server: server satisfies RunningServer,
    address,
    logged,
    generator: generatorClient,
    navigator: navigatorClient,
  };
}

export const noProposals: generator.ProposeCandidatesResponse = { proposals: [], exchanges: [] };

export const candidatesRequest: generator.ProposeCandidatesRequest = {
  searchId: "s",
  task: { limits: {} },
  spaceSpecJson: "{}",
  iteration: 1,
  strategy: "wider",
  count: 3,
  visited: [],
  hasCostHints: true,
  history: [],
  seed: 0,
};

export const strategyRequest: navigator.ProposeStrategyRequest = {
  searchId: "s",
  task: { limits: {} },
  spaceSpecJson: "{}",
  iteration: 1,
  trajectory: [],
  hasMemory: true,
  seed: 0,
};

export function textPiece(value: string): navigator.ProposeStrategyResponse {
  return { event: { $case: "text", value } };
}

/** A promise that a test settles when it likes. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Resolves with the reason when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}
