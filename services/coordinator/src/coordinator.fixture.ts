import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NatsEnv } from "@collm/config";
import { readJournalFile } from "@collm/journal";
import { CoordinatorServiceClient, type coordinator } from "@collm/proto";
import { callStream, callUnary, connect, fromProtoEvent, type RunningService } from "@collm/rpc";
import {
  defaultSearchConfig,
  type SearchConfig,
  type SearchEvent,
  type SearchEventType,
} from "@collm/search";
import { onTestFinished } from "vitest";
import { logger, ScriptedNeighbours } from "./neighbours.fixture.js";
import { startCoordinator } from "./start.js";

/** Twelve evaluations in batches of four, unless the test says otherwise. */
export function configOf(changes: Partial<SearchConfig> = {}): SearchConfig {
  const { searcher = "random" } = changes;
  return { ...defaultSearchConfig(searcher), budget: 12, candidatesPerIteration: 4, ...changes };
}

/** A coordinator on loopback with scripted neighbours, and journals in a directory of its own or on NATS. */
export async function openCoordinator(nats?: NatsEnv): Promise<CoordinatorBench> {
  const directory = await mkdtemp(join(tmpdir(), "collm-coordinator-"));
  const neighbours = new ScriptedNeighbours();
  const server = await neighbours.start();
  const bench = new CoordinatorBench(directory, neighbours, `127.0.0.1:${server.port}`, nats);
  onTestFinished(async () => {
    await bench.stop();
    await server.drain(0);
    await rm(directory, { recursive: true });
  });
  await bench.start();
  return bench;
}

class CoordinatorBench {
  readonly neighbours: ScriptedNeighbours;
  readonly #directory: string;
  readonly #neighboursAddress: string;
  readonly #nats: NatsEnv | undefined;
  #running:
    | { readonly service: RunningService; readonly client: CoordinatorServiceClient }
    | undefined;

  constructor(
    directory: string,
    neighbours: ScriptedNeighbours,
    neighboursAddress: string,
    nats: NatsEnv | undefined,
  ) {
    this.#nats = nats;
    this.#directory = directory;
    this.neighbours = neighbours;
    this.#neighboursAddress = neighboursAddress;
  }

  /** Starts the coordinator; again after {@link stop}, on the same journals. */
  async start(): Promise<void> {
    const address = this.#neighboursAddress;
    const service = await startCoordinator(
      {
        host: "127.0.0.1",
        port: 0,
        logLevel: "silent",
        drainMs: 5_000,
        navigatorAddress: address,
        generatorAddress: address,
        evaluatorAddress: address,
        storage: this.#nats
          ? { kind: "nats", nats: this.#nats }
          : {
              kind: "files",
              journals: { kind: "directory", directory: join(this.#directory, "searches") },
              evaluationsDir: join(this.#directory, "evaluations"),
            },
        pools: ["default"],
        evaluatorWaitMs: 60_000,
        evaluationConcurrency: 8,
        evaluationTimeoutMs: 60_000,
      },
      logger,
    );
    const client = connect(CoordinatorServiceClient, `127.0.0.1:${service.addresses.port}`);
    this.#running = { service, client };
  }

  async stop(): Promise<void> {
    await this.#running?.service.drain();
    this.#running?.client.close();
    this.#running = undefined;
  }

  get client(): CoordinatorServiceClient {
    if (!this.#running) throw new Error("the coordinator is stopped");
    return this.#running.client;
  }

  begin(
    searchId: string,
    config = configOf(),
    supernet = "tiny",
  ): Promise<coordinator.StartSearchResponse> {
    return callUnary(this.client, "startSearch", {
      searchId,
      configJson: JSON.stringify(config),
      supernet,
    });
  }

  resume(searchId: string): Promise<coordinator.ResumeSearchResponse> {
    return callUnary(this.client, "resumeSearch", { searchId });
  }

  cancel(searchId: string): Promise<coordinator.CancelSearchResponse> {
    return callUnary(this.client, "cancelSearch", { searchId });
  }

  openTest(searchId: string): Promise<coordinator.OpenTestResponse> {
    return callUnary(this.client, "openTest", { searchId });
  }

  async status(searchId: string): Promise<string | undefined> {
    return (await callUnary(this.client, "getSearch", { searchId })).search?.status;
  }

  /** Every event after `afterSeq` until the search rests. */
  async watch(searchId: string, afterSeq = 0): Promise<SearchEvent[]> {
    const events: SearchEvent[] = [];
    for await (const { event } of callStream(this.client, "watchSearch", { searchId, afterSeq })) {
      if (event) events.push(fromProtoEvent(event));
    }
    return events;
  }

  /** Resolves once the running search has journaled `count` events of this type. */
  async reaches(searchId: string, type: SearchEventType, count = 1): Promise<void> {
    let seen = 0;
    for await (const { event } of callStream(this.client, "watchSearch", {
      searchId,
      afterSeq: 0,
    })) {
      if (event?.type === type && ++seen === count) return;
    }
    throw new Error(`search "${searchId}" rests with ${seen} times ${type}`);
  }

  journalPath(searchId: string): string {
    return join(this.#directory, "searches", searchId, "events.jsonl");
  }

  async journal(searchId: string): Promise<readonly SearchEvent[]> {
    return (await readJournalFile(this.journalPath(searchId))).events;
  }
}
