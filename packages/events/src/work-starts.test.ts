import type { EvaluationOutcome, EvaluationRequest } from "@collm/search";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createDeadLetters, type DeadLetters } from "./dead-letters.js";
import { bucketNames, defaultPool } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { countQueued } from "./testing/queue-probe.js";
import { describeWithNats } from "./testing/with-nats.js";
import { type PullPorts, WorkPuller } from "./work-puller.js";
import { startTtlMs, WorkStarts } from "./work-starts.js";

const maxDeaths = 2;
const queue = { ...defaultQueueSettings, ackWaitMs: 300 };
const context = "context-1";
const work = {
  ...{ searchId: "s", candidateId: "1.1", supernet: "tiny", canonical: "a", epoch: 0 },
  ...{ contextDigest: context, key: "a@context-1" },
} satisfies EvaluationRequest & { epoch: number };
const completed: EvaluationOutcome = {
  kind: "completed",
  result: { top1Percent: 50, images: 100, seconds: 1 },
  isStored: false,
};
const patient = { timeout: 15_000, interval: 20 };

describeWithNats("WorkStarts", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let letters: DeadLetters;
  let starts: WorkStarts;
  const evaluators: { die: () => Promise<void>; stop: () => Promise<void> }[] = [];
  beforeEach(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, queue);
    await provisionPool(connection, defaultPool, queue);
    letters = createDeadLetters(
      await openBucket(connection, bucketNames.deadLetters, { replicas: 1 }),
    );
    starts = new WorkStarts(
      connection,
      await openBucket(connection, bucketNames.starts, { replicas: 1, ttlMs: startTtlMs }),
    );
  });
  afterEach(async () => {
    await Promise.all(evaluators.splice(0).map(({ die }) => die()));
    await connection.close();
    await server.stop();
  });

  /** An evaluator with a connection of its own, which is all that the queue knows of it. */
  async function startEvaluator(
    evaluate: PullPorts["evaluate"],
    { slots = 1, beatMs = 50 }: { readonly slots?: number; readonly beatMs?: number } = {},
  ) {
    const own = await connectNats({ servers: [server.url], name: "evaluator" });
    const bucket = (name: string) => openBucket(own, name, { replicas: 1 });
    const puller = new WorkPuller(
      own,
      { pool: defaultPool, contextDigests: [context] },
      { slots, waitMs: 1_000, beatMs, maxDeaths, retryDelayMs: 10 },
      {
        deadLetters: createDeadLetters(await bucket(bucketNames.deadLetters)),
        starts: new WorkStarts(own, await bucket(bucketNames.starts)),
        evaluate,
        onProblem: () => undefined,
      },
    );
    const evaluator = {
      /** Beats and answers end with the connection, as they do with a process. */
      die: () => own.close(),
      /** As on SIGTERM. */
      stop: () => puller.drain(0).then(() => own.close()),
    };
    evaluators.push(evaluator);
    return evaluator;
  }

  /** Evaluators, one after the other, until one meets `isOver`; each ends as told when it has begun. */
  async function oneAfterTheOther(
    end: "die" | "stop",
    slots: number,
    isOver: (begun: readonly string[]) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const begun: string[] = [];
    while (!(await isOver(begun))) {
      const before = begun.length;
      const evaluator = await startEvaluator(
        async ({ canonical }, { signal }) => {
          begun.push(canonical);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return { kind: "failed", code: "cancelled", message: "stopped", isRetryable: true };
        },
        { slots },
      );
      await vi.waitFor(
        async () => expect(begun.length > before || (await isOver(begun))).toBe(true),
        patient,
      );
      // Nobody dies any more who found that it is over: it has to clear up.
      if (end === "stop" || !(await isOver(begun))) await evaluator[end]();
    }
    return begun;
  }

  it("gives up work on which evaluators die, and not what ran beside it", {
    timeout: 60_000,
  }, async () => {
    await publishWork(connection, defaultPool, work);
    await publishWork(connection, defaultPool, {
      ...work,
      canonical: "innocent",
      key: "innocent@context-1",
    });
    const begun = await oneAfterTheOther(
      "die",
      2,
      async () => (await letters.read(work.key)) !== undefined,
    );
    expect(await letters.read(work.key)).toMatchObject({
      code: "internal",
      message: `given up after ${maxDeaths} evaluators died while they worked on it`,
      isRetryable: false,
      canonical: "a",
    });
    // The first death is not noted.
    expect(begun.filter((canonical) => canonical === "a")).toHaveLength(maxDeaths + 1);
    expect(await letters.list()).toHaveLength(1);
    await vi.waitFor(async () => expect(await starts.hasOpen(work)).toBe(false), patient);
  });

  it("counts neither hand-backs nor deliveries to others while one is cut off", {
    timeout: 60_000,
  }, async () => {
    await publishWork(connection, defaultPool, work);
    const stopped = await oneAfterTheOther(
      "stop",
      1,
      async (begun) => begun.length > 2 * maxDeaths + 1,
    );
    expect(await starts.hasOpen(work)).toBe(false);
    expect(await starts.deaths(work)).toBe(0);

    // Nobody beats, and each that has it goes on: the queue takes them all for dead.
    let begun = 0;
    let release: (outcome: EvaluationOutcome) => void = () => undefined;
    const released = new Promise<EvaluationOutcome>((resolve) => {
      release = resolve;
    });
    const silent = 3_600_000;
    for (let count = 0; count < 2 * maxDeaths; count++) {
      await startEvaluator(
        () => {
          begun++;
          return released;
        },
        { beatMs: silent },
      );
      await vi.waitFor(() => expect(begun).toBeGreaterThan(count), patient);
    }
    expect(stopped.length + begun).toBeGreaterThan(4 * maxDeaths);
    expect(await starts.hasOpen(work)).toBe(true);
    expect(await starts.deaths(work)).toBe(0);
    release(completed);
    await vi.waitFor(async () => expect(await countQueued(connection)).toBe(0), patient);
    await vi.waitFor(async () => expect(await starts.hasOpen(work)).toBe(false), patient);
    expect(await letters.list()).toEqual([]);
  });

  it("gives up what fails again and again for reasons of the moment", async () => {
    let asked = 0;
    await publishWork(connection, defaultPool, work);
    await startEvaluator(async () => {
      asked++;
      return { kind: "failed", code: "unavailable", message: "a worker died", isRetryable: true };
    });
    await vi.waitFor(async () => expect(await letters.read(work.key)).toBeDefined(), patient);
    expect(await letters.read(work.key)).toMatchObject({
      code: "internal",
      message: `given up after ${maxDeaths} failures; the last: a worker died`,
      isRetryable: true,
    });
    expect(asked).toBe(maxDeaths);
  });

  it("leaves no trace of work that is delivered once", async () => {
    await publishWork(connection, defaultPool, work);
    await startEvaluator(async () => completed);
    await vi.waitFor(async () => expect(await countQueued(connection)).toBe(0), patient);
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(`KV_${bucketNames.starts}`);
    expect(state.last_seq).toBe(0);
  });
});
