import { mkdir, writeFile } from "node:fs/promises";
import type { NatsEnv } from "@collm/config";
import { startCoordinator } from "@collm/coordinator";
import { startEvaluator } from "@collm/evaluator";
import { CoordinatorServiceClient, EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect, fromProtoEvent, fromProtoSupernet } from "@collm/rpc";
import type { SearchConfig, SearchEvent, SupernetInfo } from "@collm/search";
import { publishedOfaSpec } from "@collm/search-space";
import { createLogger } from "@collm/telemetry";

const logger = createLogger({ service: "bench", level: "silent" });
const common = { host: "127.0.0.1", port: 0, logLevel: "silent", drainMs: 5_000 } as const;

/** Settings of NATS as of a deployment of one server. */
export function natsEnv(url: string): NatsEnv {
  return {
    servers: [url],
    replicas: 1,
    ackWaitMs: 30_000,
    beatMs: 10_000,
    maxDeliver: 5,
    maxWaiting: 10_000,
    leaseMs: 10_000,
  };
}

/** Coordinator and evaluator of a formula in this process, with the gRPC and the storage of real ones. */
export class BenchCoordinator {
  readonly client: CoordinatorServiceClient;
  /** What it searches: the space of OFA at width 1.2, with accuracies from a formula. */
  readonly supernet: SupernetInfo;
  readonly #close: () => Promise<void>;

  private constructor(
    client: CoordinatorServiceClient,
    supernet: SupernetInfo,
    close: () => Promise<void>,
  ) {
    this.client = client;
    this.supernet = supernet;
    this.#close = close;
  }

  /** @param folder of journals and results, unless they are on NATS. */
  static async start(folder: string, nats?: NatsEnv): Promise<BenchCoordinator> {
    const evaluationsDir = `${folder}/evaluations`;
    const manifest = `${folder}/supernet.yaml`;
    await mkdir(folder, { recursive: true });
    // JSON is YAML.
    const landscape = { seed: 0, delayMs: 0 };
    await writeFile(
      manifest,
      JSON.stringify({ name: "formula", ...publishedOfaSpec(1.2), landscape }),
    );
    const evaluator = await startEvaluator(
      {
        ...common,
        supernets: [manifest],
        store: nats ? { kind: "nats", nats } : { kind: "files", evaluationsDir },
        pool: "default",
        deviceSharing: "exclusive",
        runtime: {
          executionProvider: "cpu",
          deviceId: undefined,
          batchSize: undefined,
          allowTf32: false,
        },
        workers: 8,
        threadsPerWorker: 1,
        imageMemoryBytes: 2 ** 20,
        realTime: 0,
        checkpointMs: 0,
        cacheDir: undefined,
      },
      logger,
    );
    const address = `127.0.0.1:${evaluator.addresses.port}`;
    const coordinator = await startCoordinator(
      {
        ...common,
        navigatorAddress: address,
        generatorAddress: address,
        evaluatorAddress: address,
        storage: nats
          ? { kind: "nats", nats }
          : {
              kind: "files",
              evaluationsDir,
              journals: { kind: "directory", directory: `${folder}/journals` },
            },
        pools: ["default"],
        evaluatorWaitMs: 60_000,
        evaluationConcurrency: 8,
        evaluationTimeoutMs: 60_000,
      },
      logger,
    );
    const client = connect(CoordinatorServiceClient, `127.0.0.1:${coordinator.addresses.port}`);
    const neighbour = connect(EvaluatorServiceClient, address);
    const { supernet } = await callUnary(neighbour, "describeSupernet", { name: "formula" });
    neighbour.close();
    if (!supernet) throw new Error("the evaluator described no supernet");
    return new BenchCoordinator(client, fromProtoSupernet(supernet), async () => {
      client.close();
      await coordinator.drain();
      await evaluator.drain();
    });
  }

  async begin(searchId: string, config: SearchConfig): Promise<void> {
    await callUnary(this.client, "startSearch", {
      searchId,
      configJson: JSON.stringify(config),
      supernet: "formula",
    });
  }

  async watch(searchId: string, afterSeq = 0): Promise<SearchEvent[]> {
    const events: SearchEvent[] = [];
    for await (const { event } of callStream(this.client, "watchSearch", { searchId, afterSeq })) {
      if (event) events.push(fromProtoEvent(event));
    }
    return events;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
