import { mkdir } from "node:fs/promises";
import { CoordinatorClient } from "@collm/cli";
import { connectNats } from "@collm/events";
import { TestNatsServer } from "@collm/events/testing";
import type { NetworkNamespace } from "../support/network-namespace.js";
import { Service } from "../support/service.js";
import { trainingSeconds, writeSmallTable } from "../support/small-table.js";
import { TcpProxy } from "../support/tcp-proxy.js";

/** The queue's settings in these tests; three beats fit into an ack wait. */
export const ackWaitMs = 1_000;
/** How long a search waits for a coordinator that died. */
export const leaseMs = 2_000;
const beatMs = 300;
/** Work that may wait; little, so that the queue can be filled. */
export const maxWaiting = 64;
export const maxDeliver = 5;

type NatsConnection = Awaited<ReturnType<typeof connectNats>>;

export interface FaultClusterOptions {
  /** Where manifests, logs and the like go; exists. */
  readonly folder: string;
  /** One table is served for each, so that no search finds results of another. */
  readonly seeds: readonly number[];
  readonly evaluators: number;
  /** How long an evaluation really takes. */
  readonly evaluationMs: number;
  /** Evaluations at the same time in one evaluator. */
  readonly workers: number;
  /** Whether services reach NATS without the links, which then cut nothing. Default: no. */
  readonly isDirect?: boolean;
  /** The other host, if evaluators are to be on one; it reaches NATS without links. */
  readonly evaluatorHost?: NetworkNamespace;
  /** Further settings of all services. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A service, and its own way to NATS. */
export interface LinkedService {
  readonly service: Service;
  readonly link: TcpProxy;
}

/** nats-server, one coordinator and some evaluators as processes, each behind a link that can be cut. */
export class FaultCluster {
  readonly folder: string;
  readonly nats: TestNatsServer;
  readonly coordinator: LinkedService;
  readonly evaluators: readonly LinkedService[];
  readonly client: CoordinatorClient;
  /** The test's own connection, which no cut touches. */
  readonly connection: NatsConnection;
  #natsTurn: Promise<void> = Promise.resolve();

  private constructor(
    folder: string,
    nats: TestNatsServer,
    coordinator: LinkedService,
    evaluators: readonly LinkedService[],
    connection: NatsConnection,
  ) {
    this.folder = folder;
    this.nats = nats;
    this.coordinator = coordinator;
    this.evaluators = evaluators;
    this.connection = connection;
    this.client = new CoordinatorClient(coordinator.service.address, undefined);
  }

  static async start(options: FaultClusterOptions): Promise<FaultCluster> {
    const { folder, seeds } = options;
    await mkdir(`${folder}/logs`, { recursive: true });
    const manifests = seeds.map((seed) => `${folder}/${supernetOf(seed)}.json`);
    for (const [i, seed] of seeds.entries()) {
      await writeSmallTable(`${folder}/${supernetOf(seed)}.safetensors`, manifests[i] ?? "", seed);
    }
    const { evaluatorHost } = options;
    const nats = await TestNatsServer.start({ host: evaluatorHost?.here });
    const isDirect = options.isDirect === true || evaluatorHost !== undefined;
    const started: LinkedService[] = [];
    const start = async (name: "coordinator" | "evaluator", env: Record<string, string>) => {
      const link = await TcpProxy.start({
        host: "127.0.0.1",
        port: Number(new URL(nats.url).port),
      });
      const service = await Service.start({
        name,
        env: {
          COLLM_NATS_URL: isDirect ? nats.url : `nats://127.0.0.1:${link.port}`,
          COLLM_LEASE_MS: String(leaseMs),
          COLLM_ACK_WAIT_MS: String(ackWaitMs),
          COLLM_BEAT_MS: String(beatMs),
          COLLM_MAX_DELIVER: String(maxDeliver),
          COLLM_MAX_WAITING: String(maxWaiting),
          ...env,
          ...options.env,
        },
        through: name === "evaluator" ? (evaluatorHost?.through ?? []) : [],
        logFile: `${folder}/logs/${name}-${started.length}.log`,
      });
      const linked = { service, link };
      started.push(linked);
      return linked;
    };
    try {
      const evaluators = await Promise.all(
        Array.from({ length: options.evaluators }, () =>
          start("evaluator", {
            COLLM_HOST: evaluatorHost?.there ?? "127.0.0.1",
            COLLM_INSECURE: String(evaluatorHost !== undefined),
            COLLM_SUPERNETS: manifests.join(","),
            COLLM_WORKERS: String(options.workers),
            COLLM_REAL_TIME: String(options.evaluationMs / 1000 / trainingSeconds),
          }),
        ),
      );
      const coordinator = await start("coordinator", {
        COLLM_EVALUATOR_ADDRESS: evaluators[0]?.service.address ?? "",
      });
      const connection = await connectNats({ servers: [nats.url], name: "test" });
      return new FaultCluster(folder, nats, coordinator, evaluators, connection);
    } catch (error) {
      await stopAll(started, nats);
      throw error;
    }
  }

  get services(): readonly LinkedService[] {
    return [this.coordinator, ...this.evaluators];
  }

  /** Kills nats-server and starts it again; one restart after the other. */
  restartNats(): Promise<void> {
    this.#natsTurn = this.#natsTurn.then(() => this.nats.restart());
    return this.#natsTurn;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.connection.close();
    await stopAll(this.services, this.nats);
  }
}

/** Name of the supernet whose table was made with this seed. */
export function supernetOf(seed: number): string {
  return `table-${seed}`;
}

async function stopAll(services: readonly LinkedService[], nats: TestNatsServer): Promise<void> {
  for (const { link } of services) link.pass();
  await Promise.all(services.map(({ service }) => service.stop()));
  await Promise.all(services.map(({ link }) => link.stop()));
  await nats.stop();
}
