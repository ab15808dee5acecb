import type { EvaluationRequest } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createDeadLetters, type DeadLetters } from "./dead-letters.js";
import { Janitor } from "./janitor.js";
import { bucketNames, defaultPool, streamNames, workSubject } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";
import { WorkPuller } from "./work-puller.js";
import { WorkStarts } from "./work-starts.js";

const queue = { ...defaultQueueSettings, ackWaitMs: 300, maxDeliver: 2, maxWaiting: 3 };
const context = "context-1";
const lease = { beatMs: 100, waitMs: 2_000 };

async function take(connection: NatsConnection) {
  return await takeWork(await findWork(connection, defaultPool), connection, lease);
}

const request: EvaluationRequest = {
  searchId: "s",
  candidateId: "1.1",
  supernet: "tiny",
  canonical: "a",
  contextDigest: context,
  key: "a@context-1",
};

describeWithNats("work that nobody can do", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let letters: DeadLetters;
  let janitor: Janitor;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, queue);
    await provisionPool(connection, defaultPool, queue);
    letters = createDeadLetters(
      await openBucket(connection, bucketNames.deadLetters, { replicas: 1 }),
    );
    janitor = await Janitor.start(
      connection,
      { deadLetters: letters, evaluations: { read: async () => undefined } },
      () => undefined,
    );
  });
  afterAll(async () => {
    await janitor.close();
    await connection.close();
    await server.stop();
  });

  it("becomes a dead letter when it reaches the bound of the queue, and leaves it", async () => {
    await publishWork(connection, defaultPool, { ...request, epoch: 0 });
    for (let death = 0; death < queue.maxDeliver; death++) {
      const own = await connectNats({ servers: [server.url], name: `evaluator-${death}` });
      expect(await take(own)).toBeDefined();
      // Beats end with the connection, as they do with a process.
      await own.close();
    }
    // The server gives a message up when it would have to deliver it once more.
    expect(await take(connection)).toBeUndefined();
    await vi.waitFor(async () => expect(await letters.read(request.key)).toBeDefined(), 10_000);
    expect(await letters.read(request.key)).toMatchObject({
      code: "internal",
      isRetryable: false,
      canonical: "a",
      deliveries: 2,
    });
    const { jetstreamManager } = await import("@nats-io/jetstream");
    const { state } = await (await jetstreamManager(connection)).streams.info(streamNames.work);
    expect(state.messages).toBe(0);
  });

  it("becomes one at once when it is no work, and others are not held up", async () => {
    connection.publish(workSubject(defaultPool, context), "no work");
    const asked: string[] = [];
    const puller = new WorkPuller(
      connection,
      { pool: defaultPool, contextDigests: [context] },
      { ...lease, slots: 2, maxDeaths: 5, retryDelayMs: 10 },
      {
        deadLetters: letters,
        starts: new WorkStarts(
          connection,
          await openBucket(connection, bucketNames.starts, { replicas: 1 }),
        ),
        evaluate: async ({ canonical }) => {
          asked.push(canonical);
          return { kind: "failed", code: "invalid-argument", message: "no", isRetryable: false };
        },
        onProblem: () => undefined,
      },
    );
    const other = { ...request, canonical: "b", key: "b@context-1" };
    await publishWork(connection, defaultPool, { ...other, epoch: 0 });
    await vi.waitFor(async () => expect(await letters.read(other.key)).toBeDefined(), 10_000);
    await puller.drain(1_000);
    expect(asked).toEqual(["b"]);
    const keys = (await letters.list()).map(({ key }) => key);
    expect(keys.some((key) => key.startsWith(`${streamNames.work}/`))).toBe(true);
  });

  it("is held back, not lost, while the queue is full; the same work is queued once", async () => {
    const places = ["c", "d", "e"].map((canonical) => ({
      ...request,
      canonical,
      key: `${canonical}@context-1`,
      epoch: 0,
    }));
    for (const work of places)
      expect(await publishWork(connection, defaultPool, work)).toMatchObject({ kind: "queued" });
    const [first] = places;
    if (!first) throw new RangeError("no work");
    expect(await publishWork(connection, defaultPool, first)).toMatchObject({ kind: "duplicate" });
    const more = { ...request, canonical: "f", key: "f@context-1", epoch: 0 };
    expect(await publishWork(connection, defaultPool, more)).toMatchObject({ kind: "held-back" });
    const taken = await take(connection);
    await taken?.finish(false);
    expect(await publishWork(connection, defaultPool, more)).toMatchObject({ kind: "queued" });
  });
});
