import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import {
  announceEvaluator,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  defaultPool,
  openBucket,
  streamNames,
  WorkPuller,
  WorkStarts,
} from "@collm/events";
import { TestNatsServer } from "@collm/events/testing";
import { CoordinatorServiceClient } from "@collm/proto";
import {
  callStream,
  callUnary,
  connect,
  fromProtoEvent,
  type RunningServer,
  type RunningService,
} from "@collm/rpc";
import type { SearchEvent } from "@collm/search";
import { searchStarted } from "@collm/search/testing";
import { fnv1a } from "@collm/search-space";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { configOf } from "./coordinator.fixture.js";
import { deferred, logger, ScriptedNeighbours } from "./neighbours.fixture.js";
import { startCoordinator } from "./start.js";

const contextDigest = "context-1";
const leaseMs = 1_500;

/** Coordinators in this process on a nats-server of their own, with one evaluator of two slots. */
export async function openCluster(): Promise<ClusterBench> {
  const nats = await TestNatsServer.start();
  const neighbours = new ScriptedNeighbours();
  const bench = new ClusterBench(nats, neighbours, await neighbours.start());
  onTestFinished(() => bench.close());
  return bench;
}

export class ClusterBench {
  readonly neighbours: ScriptedNeighbours;
  /** Measurements that were begun. */
  measured = 0;
  /** How many of them are answered before `release`. */
  freeResults = Number.POSITIVE_INFINITY;
  readonly #gate = deferred();
  readonly #nats: TestNatsServer;
  readonly #server: RunningServer;
  readonly #coordinators: ClusterCoordinator[] = [];
  #connection: NatsConnection | undefined;
  #puller: WorkPuller | undefined;
  #announcement: Awaited<ReturnType<typeof announceEvaluator>> | undefined;

  constructor(nats: TestNatsServer, neighbours: ScriptedNeighbours, server: RunningServer) {
    this.#nats = nats;
    this.neighbours = neighbours;
    this.#server = server;
  }

  /** One more coordinator; `port` 0 means any. */
  async coordinator(port = 0): Promise<ClusterCoordinator> {
    const link = await Link.open(Number(new URL(this.#nats.url).port));
    const address = `127.0.0.1:${this.#server.port}`;
    const service = await startCoordinator(
      {
        ...{ host: "127.0.0.1", port, logLevel: "silent", drainMs: 5_000 },
        ...{ navigatorAddress: address, generatorAddress: address, evaluatorAddress: address },
        storage: {
          kind: "nats",
          nats: {
            ...{ servers: [link.url], replicas: 1, maxDeliver: 5, maxWaiting: 10_000 },
            ...{ ackWaitMs: 3_000, beatMs: 1_000, leaseMs },
          },
        },
        ...{ evaluationConcurrency: 8, evaluationTimeoutMs: 60_000, pools: [defaultPool] },
        evaluatorWaitMs: 60_000,
      },
      logger,
    );
    const coordinator = new ClusterCoordinator(service, link);
    this.#coordinators.push(coordinator);
    return coordinator;
  }

  /** Lets the evaluator say that it serves `tiny` with this evaluation context, and no other any more. */
  async announce(contextDigest: string): Promise<void> {
    if (!this.#connection) throw new Error("no evaluator was started");
    const bucket = await openBucket(this.#connection, bucketNames.evaluators, { replicas: 1 });
    const supernet = { ...searchStarted().supernet, name: "tiny", contextDigest };
    await this.#announcement?.withdraw();
    this.#announcement = await announceEvaluator(bucket, {
      ...{ id: "evaluator", supernets: [supernet], device: "test", sharing: "exclusive", slots: 2 },
      pool: defaultPool,
    });
  }

  /** Call it when a coordinator has made the streams. */
  async startEvaluator(): Promise<void> {
    const connection = await connectNats({ servers: [this.#nats.url], name: "evaluator" });
    this.#connection = connection;
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    const store = createKvEvaluationStore(await bucket(bucketNames.evaluations));
    await this.announce(contextDigest);
    this.#puller = new WorkPuller(
      connection,
      { pool: defaultPool, contextDigests: [contextDigest] },
      { slots: 2, beatMs: 300, waitMs: 1_000, maxDeaths: 5, retryDelayMs: 50 },
      {
        deadLetters: createDeadLetters(await bucket(bucketNames.deadLetters)),
        starts: new WorkStarts(connection, await bucket(bucketNames.starts)),
        evaluate: async ({ key, canonical }, { onStarted }) => {
          const stored = await store.read(key);
          if (stored) return { kind: "completed", result: stored, isStored: true };
          const begun = ++this.measured;
          onStarted();
          if (begun > this.freeResults) await this.#gate.promise;
          const top1Percent = fnv1a(canonical) % 100;
          const result = { top1Percent, top5Percent: 99, images: 100, seconds: 0.5 };
          return { kind: "completed", result: await store.write(key, result), isStored: false };
        },
        onProblem: () => undefined,
      },
    );
  }

  /** Lets the evaluator answer everything. */
  release(): void {
    this.freeResults = Number.POSITIVE_INFINITY;
    this.#gate.resolve();
  }

  /** Messages of a stream, of the work queue those that wait or are being worked on. */
  async countOf(stream: string): Promise<number> {
    if (!this.#connection) throw new Error("no evaluator was started");
    const manager = await jetstreamManager(this.#connection);
    return (await manager.streams.info(stream)).state.messages;
  }

  async close(): Promise<void> {
    this.release();
    for (const coordinator of this.#coordinators) await coordinator.stop();
    await this.#announcement?.withdraw();
    await this.#puller?.drain(0);
    await this.#connection?.close();
    await this.#server.drain(0);
    await this.#nats.stop();
  }
}

export const workStream = streamNames.work;
export const unfinishedStream = `KV_${bucketNames.unfinished}`;

/** A coordinator and its link to NATS. */
export class ClusterCoordinator {
  readonly address: string;
  readonly #service: RunningService;
  readonly #link: Link;
  #stopped: Promise<void> | undefined;

  constructor(service: RunningService, link: Link) {
    this.#service = service;
    this.#link = link;
    this.address = `127.0.0.1:${service.addresses.port}`;
  }

  /** Cuts it off from NATS: to the others it is dead. */
  cut(): void {
    this.#link.cut();
  }

  mend(): void {
    this.#link.mend();
  }

  /** As on SIGTERM. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      this.#link.mend();
      await this.#service.drain();
      await this.#link.close();
    })();
    return this.#stopped;
  }
}

/** Who asks one coordinator, or any of several (`a,b`). */
export class ClusterCaller {
  readonly client: CoordinatorServiceClient;

  constructor(...coordinators: readonly ClusterCoordinator[]) {
    this.client = connect(
      CoordinatorServiceClient,
      coordinators.map(({ address }) => address).join(","),
    );
    onTestFinished(() => this.client.close());
  }

  async start(searchId: string, config = configOf()) {
    const configJson = JSON.stringify(config);
    return (await callUnary(this.client, "startSearch", { searchId, configJson, supernet: "tiny" }))
      .search;
  }

  async resume(searchId: string) {
    return (await callUnary(this.client, "resumeSearch", { searchId })).search;
  }

  async status(searchId: string): Promise<string | undefined> {
    return (await callUnary(this.client, "getSearch", { searchId })).search?.status;
  }

  async list(): Promise<readonly string[]> {
    const { searches } = await callUnary(this.client, "listSearches", {});
    return searches.map(({ searchId, status }) => `${searchId} ${status}`).toSorted();
  }

  async cancel(searchId: string): Promise<void> {
    await callUnary(this.client, "cancelSearch", { searchId });
  }

  async *watch(searchId: string, afterSeq = 0): AsyncGenerator<SearchEvent> {
    for await (const { event } of callStream(this.client, "watchSearch", { searchId, afterSeq })) {
      if (event) yield fromProtoEvent(event);
    }
  }

  async events(searchId: string, afterSeq = 0): Promise<SearchEvent[]> {
    const events: SearchEvent[] = [];
    for await (const event of this.watch(searchId, afterSeq)) events.push(event);
    return events;
  }

  /** Resolves once the search has journaled `count` events of this type. */
  async reaches(searchId: string, type: SearchEvent["type"], count = 1): Promise<SearchEvent> {
    let seen = 0;
    for await (const event of this.watch(searchId)) {
      if (event.type === type && ++seen === count) return event;
    }
    throw new Error(`search "${searchId}" rests with ${seen} times ${type}`);
  }
}

/** A TCP connection that can be cut: nothing gets through, nothing is closed politely. */
class Link {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #isCut = false;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  static async open(target: number): Promise<Link> {
    const server = createServer();
    const link = new Link(server, target);
    server.on("connection", (socket) => link.#join(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    return `nats://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    const other = connectSocket(this.#target, "127.0.0.1");
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
