import type { EvaluationOutcome } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createDeadLetters } from "./dead-letters.js";
import { bucketNames, defaultPool } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { countQueued } from "./testing/queue-probe.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork } from "./work-lease.js";
import { type PullPorts, WorkPuller } from "./work-puller.js";
import { WorkStarts } from "./work-starts.js";

const maxDeaths = 2;
const patient = { timeout: 15_000, interval: 20 };
const completed: EvaluationOutcome = {
  kind: "completed",
  result: { top1Percent: 50, images: 100, seconds: 1 },
  isStored: false,
};

describeWithNats("a pool of evaluators", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let ports: Omit<PullPorts, "evaluate" | "onProblem">;
  const pullers: WorkPuller[] = [];
  beforeEach(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, defaultQueueSettings);
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    ports = {
      deadLetters: createDeadLetters(await bucket(bucketNames.deadLetters)),
      starts: new WorkStarts(connection, await bucket(bucketNames.starts)),
    };
  });
  afterEach(async () => {
    await Promise.all(pullers.splice(0).map((puller) => puller.drain(0)));
    await connection.close();
    await server.stop();
  });

  const workOf = (contextDigest: string, canonical = "a") => ({
    ...{ searchId: "s", candidateId: "1.1", supernet: "tiny", canonical, epoch: 0 },
    ...{ contextDigest, key: `${canonical}@${contextDigest}` },
  });
  function startEvaluator(
    contextDigests: readonly string[],
    evaluate: PullPorts["evaluate"],
    { pool = defaultPool, onProblem = () => undefined }: Partial<PullPorts & { pool: string }> = {},
  ): void {
    const settings = { slots: 2, beatMs: 10_000, waitMs: 1_000, maxDeaths, retryDelayMs: 10 };
    const source = { pool, contextDigests };
    pullers.push(new WorkPuller(connection, source, settings, { ...ports, evaluate, onProblem }));
  }

  it("is given its own work alone, of all contexts together as much as it has slots", async () => {
    await provisionPool(connection, "one", defaultQueueSettings);
    await provisionPool(connection, "two", defaultQueueSettings);
    const contexts = ["context-1", "context-2", "context-3"];
    for (const context of contexts) {
      for (const canonical of ["a", "b"]) {
        await publishWork(connection, "one", workOf(context, canonical));
      }
      await publishWork(connection, "two", workOf(context, "not theirs"));
    }
    const done: string[] = [];
    let atOnce = 0;
    let mostUnderWay = 0;
    const evaluate: PullPorts["evaluate"] = async ({ canonical }) => {
      mostUnderWay = Math.max(mostUnderWay, ++atOnce);
      const { num_ack_pending: taken } = await (await findWork(connection, "one")).info();
      mostUnderWay = Math.max(mostUnderWay, taken);
      atOnce--;
      done.push(canonical);
      return completed;
    };
    startEvaluator(contexts, evaluate, { pool: "one" });
    await vi.waitFor(() => expect(done).toHaveLength(2 * contexts.length), patient);
    await vi.waitFor(async () => expect(await countQueued(connection)).toBe(3), patient);
    expect(done).not.toContain("not theirs");
    expect(mostUnderWay).toBe(2);
  });

  it("hands work on until somebody serves it, and counts nothing against it", async () => {
    await provisionPool(connection, defaultPool, defaultQueueSettings);
    const problems: unknown[] = [];
    const evaluate = async (): Promise<EvaluationOutcome> => completed;
    startEvaluator(["context-1"], evaluate, { onProblem: (problem) => problems.push(problem) });
    const work = workOf("context-2");
    await publishWork(connection, defaultPool, work);
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(2 * maxDeaths), patient);
    expect(problems[0]).toMatchObject({
      message:
        'pool "default": has work of evaluation context context-2, which is not served here; left to others',
    });
    expect(await ports.starts.hasOpen(work)).toBe(false);
    // Meanwhile it holds up nobody.
    await publishWork(connection, defaultPool, workOf("context-1"));
    await vi.waitFor(async () => expect(await countQueued(connection)).toBe(1), patient);

    startEvaluator(["context-2"], evaluate);
    await vi.waitFor(async () => expect(await countQueued(connection)).toBe(0), patient);
    expect(await ports.deadLetters.list()).toEqual([]);
  });
});
