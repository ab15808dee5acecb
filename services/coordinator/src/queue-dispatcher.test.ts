import {
  announceEvaluator,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  defaultQueueSettings,
  EvaluatorRegistry,
  openBucket,
  provisionStreams,
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
import { afterAll, beforeAll } from "vitest";
import { createQueueDispatcher } from "./queue-dispatcher.js";

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
  async function startEvaluator(script: EvaluatorScript, id: string) {
    const connection = await connectNats({ servers: [server.url], name: id });
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    const store = createKvEvaluationStore(await bucket(bucketNames.evaluations));
    const announcement = await announceEvaluator(await bucket(bucketNames.evaluators), {
      id,
      supernets: [supernet],
      device: "test",
      sharing: "exclusive",
      slots: 4,
    });
    new WorkPuller(
      connection,
      [supernet.contextDigest],
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

  async function open(script: EvaluatorScript, unavailableForMs: number): Promise<DispatcherBench> {
    const connection = await connectNats({ servers: [server.url], name: "coordinator" });
    await clear(connection);
    await provisionStreams(connection, queue);
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    const id = () => `evaluator-${++benches}`;
    let evaluator = await startEvaluator(script, id());
    const registry = await EvaluatorRegistry.watch(await bucket(bucketNames.evaluators));
    const dispatcher = await createQueueDispatcher({
      connection,
      evaluations: await bucket(bucketNames.evaluations),
      deadLetters: await bucket(bucketNames.deadLetters),
      registry,
      queue,
      timeoutMs: 60_000,
      unavailableForMs,
    });
    return {
      dispatcher,
      leave: () => evaluator.kill(),
      comeBack: async () => {
        evaluator = await startEvaluator(script, id());
      },
      close: async () => {
        await dispatcher.close();
        registry.close();
        await evaluator.kill();
        await connection.close();
      },
    };
  }

  describeEvaluationDispatcher("createQueueDispatcher", { open });
});

/** Every test of the contract asks for the same content keys. */
async function clear(connection: Awaited<ReturnType<typeof connectNats>>): Promise<void> {
  const { jetstreamManager } = await import("@nats-io/jetstream");
  const manager = await jetstreamManager(connection);
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
}
