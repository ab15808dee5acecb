import {
  announceEvaluator,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  defaultPool,
  defaultQueueSettings,
  findWork,
  openBucket,
  provisionPool,
  provisionStreams,
  ServedSupernets,
  WorkPuller,
  WorkStarts,
} from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import {
  type DispatcherBench,
  describeEvaluationDispatcher,
  type EvaluatorScript,
  searchStarted,
} from "@collm/search/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createQueueDispatcher, type QueueDispatcher } from "./queue-dispatcher.js";

const queue = { ...defaultQueueSettings, ackWaitMs: 1_000 };
const supernet = { ...searchStarted().supernet, contextDigest: "context-1" };

describeWithNats("createQueueDispatcher", () => {
  let server: TestNatsServer;
  let benches = 0;
  beforeAll(async () => {
    server = await TestNatsServer.start();
  });
  afterAll(async () => {
    await server.stop();
  });

  /** An evaluator of its own connection that does as the script says and stores what it measured. */
  async function startEvaluator(script: EvaluatorScript, id: string, pool = defaultPool) {
    const connection = await connectNats({ servers: [server.url], name: id });
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    const store = createKvEvaluationStore(await bucket(bucketNames.evaluations));
    const announcement = await announceEvaluator(await bucket(bucketNames.evaluators), {
      id,
      supernets: [supernet],
      device: "test",
      sharing: "exclusive",
      slots: 4,
      pool,
    });
    new WorkPuller(
      connection,
      { pool, contextDigests: [supernet.contextDigest] },
      { slots: 4, beatMs: 300, waitMs: 1_000, maxDeaths: 5, retryDelayMs: 50 },
      {
        deadLetters: createDeadLetters(await bucket(bucketNames.deadLetters)),
        starts: new WorkStarts(connection, await bucket(bucketNames.starts)),
        evaluate: async ({ key, ...content }, { onStarted }) => {
          const outcome = await script(content, onStarted);
          if (outcome.kind === "completed") await store.write(key, outcome.result);
          return outcome;
        },
        onProblem: () => undefined,
      },
    );
    return {
      /** As if it had been killed: nothing is given back. */
      kill: async () => {
        if (connection.isClosed()) return;
        await announcement.withdraw();
        await connection.close();
      },
    };
  }

  /** A dispatcher on an empty server, and the evaluator that `start` makes before it. */
  async function openDispatcher(unavailableForMs: number, start: () => Promise<unknown>) {
    const connection = await connectNats({ servers: [server.url], name: "coordinator" });
    await clear(connection);
    await provisionStreams(connection, queue);
    await provisionPool(connection, defaultPool, queue);
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    await start();
    const served = await ServedSupernets.watch(connection, { replicas: 1 });
    const dispatcher = await createQueueDispatcher({
      connection,
      evaluations: await bucket(bucketNames.evaluations),
      deadLetters: await bucket(bucketNames.deadLetters),
      served,
      queue,
      pools: [defaultPool],
      timeoutMs: 60_000,
      unavailableForMs,
    });
    return {
      dispatcher,
      connection,
      close: async () => {
        await dispatcher.close();
        served.close();
        await connection.close();
      },
    };
  }

  const nextId = () => `evaluator-${++benches}`;

  async function open(script: EvaluatorScript, unavailableForMs: number): Promise<DispatcherBench> {
    let evaluator: Awaited<ReturnType<typeof startEvaluator>> | undefined;
    const comeBack = async (): Promise<void> => {
      evaluator = await startEvaluator(script, nextId());
    };
    const { dispatcher, close } = await openDispatcher(unavailableForMs, comeBack);
    return {
      dispatcher,
      leave: async () => evaluator?.kill(),
      comeBack,
      close: async () => {
        await evaluator?.kill();
        await close();
      },
    };
  }

  const evaluate = (dispatcher: QueueDispatcher, canonical: string) =>
    dispatcher.evaluate(
      {
        ...{ searchId: "s", candidateId: "1.1", supernet: "tiny", canonical },
        ...{ contextDigest: supernet.contextDigest, key: `${canonical}@context-1` },
      },
      new AbortController().signal,
      () => undefined,
    );

  it("says which supernet nobody serves", async () => {
    const { dispatcher, close } = await openDispatcher(1_000, async () => undefined);
    await expect(evaluate(dispatcher, "a")).rejects.toMatchObject({
      code: "unavailable",
      message:
        'evaluators: none that serves supernet "tiny" (evaluation context context-1) was heard for 1 s (COLLM_EVALUATOR_WAIT_MS)',
    });
    await close();
  });

  it("sends work to the pool that serves it, and brings along what lies elsewhere", async () => {
    const asked: string[] = [];
    const script: EvaluatorScript = async ({ canonical }) => {
      asked.push(canonical);
      return {
        kind: "completed",
        result: { top1Percent: 1, images: 1, seconds: 1 },
        isStored: false,
      };
    };
    const { dispatcher, connection, close } = await openDispatcher(60_000, async () => undefined);
    const waiting = async (pool: string) =>
      (await (await findWork(connection, pool)).info()).num_pending;
    const early = evaluate(dispatcher, "early");
    await vi.waitFor(async () => expect(await waiting(defaultPool)).toBe(1), 10_000);
    const evaluator = await startEvaluator(script, nextId(), "spot");
    expect(await early).toMatchObject({ kind: "completed" });
    expect(await evaluate(dispatcher, "late")).toMatchObject({ kind: "completed" });
    expect(asked).toEqual(["early", "late"]);
    expect(await waiting(defaultPool)).toBe(0);
    await evaluator.kill();
    await close();
  });

  describeEvaluationDispatcher("createQueueDispatcher", { open });
});

/** Every test of the contract asks for the same content keys. */
async function clear(connection: Awaited<ReturnType<typeof connectNats>>): Promise<void> {
  const { jetstreamManager } = await import("@nats-io/jetstream");
  const manager = await jetstreamManager(connection);
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
}
