import type { EvaluationOutcome, EvaluationRequest } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createDeadLetters } from "./dead-letters.js";
import { bucketNames, defaultPool } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";
import { defaultPullSettings, type PullPorts, WorkPuller } from "./work-puller.js";
import { WorkStarts } from "./work-starts.js";

const context = "context-1";
const request: EvaluationRequest = {
  searchId: "s",
  candidateId: "1.1",
  supernet: "tiny",
  canonical: "a",
  contextDigest: context,
  key: "a@context-1",
};
const lease = { beatMs: 10_000, waitMs: 5_000 };

const maxDeaths = 2;
const queue = defaultQueueSettings;

/** Well under the ack wait of 30 s, which is what work costs that nobody gives back. */
const quickMs = 5_000;

describeWithNats("WorkPuller.drain", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, queue);
    await provisionPool(connection, defaultPool, queue);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  const take = async (settings: typeof lease) =>
    takeWork(await findWork(connection, defaultPool), connection, settings);

  async function startPuller(slots: number, evaluate: PullPorts["evaluate"]) {
    const own = await connectNats({ servers: [server.url], name: "evaluator" });
    const bucket = (name: string) => openBucket(own, name, { replicas: 1 });
    const deadLetters = createDeadLetters(await bucket(bucketNames.deadLetters));
    const starts = new WorkStarts(own, await bucket(bucketNames.starts));
    const puller = new WorkPuller(
      own,
      { pool: defaultPool, contextDigests: [context] },
      { ...defaultPullSettings, maxDeaths, slots },
      { deadLetters, starts, evaluate, onProblem: () => undefined },
    );
    return { puller, close: () => own.close() };
  }

  it("does not wait long for work that does not come", async () => {
    const { puller, close } = await startPuller(1, () => Promise.reject(new Error("no work")));
    const since = performance.now();
    await puller.drain(60_000);
    await close();
    expect(performance.now() - since).toBeLessThan(quickMs);
  });

  /** A puller that is drained once it has begun to work, and whose work is interrupted then. */
  async function drainAtWork(): Promise<number> {
    let asked = 0;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let interrupt: (outcome: EvaluationOutcome) => void = () => undefined;
    const { puller, close } = await startPuller(1, () => {
      asked++;
      begin();
      return new Promise((resolve) => {
        interrupt = resolve;
      });
    });
    await begun;
    const drained = puller.drain(60_000);
    interrupt({ kind: "failed", code: "unavailable", message: "stopping", isRetryable: true });
    await drained;
    // What was said last has left.
    await close();
    return asked;
  }

  it("gives back at once what ends as unavailable, and takes nothing again", async () => {
    await publishWork(connection, defaultPool, { ...request, epoch: 0 });
    const since = performance.now();
    expect(await drainAtWork()).toBe(1);
    const taken = await take(lease);
    expect(performance.now() - since).toBeLessThan(quickMs);
    expect(taken).toMatchObject({ work: request, deliveries: 2 });
    await taken?.finish(false);
  });

  it("hands work over more often than evaluators may die on it", async () => {
    const key = "c@context-1";
    await publishWork(connection, defaultPool, { ...request, key, epoch: 0 });
    for (let stops = 0; stops < 2 * maxDeaths; stops++) await drainAtWork();
    const taken = await take(lease);
    expect(taken?.work?.key).toBe(key);
    await taken?.finish(false);
    // No second message of it.
    expect(await take({ ...lease, waitMs: 1_000 })).toBeUndefined();
  });

  it("gives back what does not end in time", async () => {
    let aborted: unknown;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const { puller, close } = await startPuller(2, (_, { signal }) => {
      begin();
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          aborted = signal.reason;
          resolve({ kind: "failed", code: "cancelled", message: "left", isRetryable: true });
        });
      });
    });
    await publishWork(connection, defaultPool, { ...request, key: "b@context-1", epoch: 0 });
    await begun;
    await puller.drain(100);
    await close();
    expect(aborted).toMatchObject({ message: "draining" });
    const taken = await take(lease);
    expect(taken?.work?.key).toBe("b@context-1");
    await taken?.finish(false);
  });
});
