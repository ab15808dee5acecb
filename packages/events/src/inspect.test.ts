import { searchStarted } from "@collm/search/testing";
import { type JetStreamManager, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBucket, openMadeBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { announceEvaluator } from "./evaluator-registry.js";
import { inspectDeployment } from "./inspect.js";
import { bucketNames, streamNames } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";

const served = "sha256:served";
const unserved = "sha256:unserved";

describeWithNats("inspectDeployment", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    manager = await jetstreamManager(connection);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });
  const wordsOf = async (isWanted: boolean): Promise<readonly string[]> =>
    (await inspectDeployment(connection)).flatMap(({ name, isSound, words }) =>
      isSound === isWanted ? [`${name}: ${words}`] : [],
    );
  const publish = (pool: string, contextDigest: string) =>
    publishWork(connection, pool, {
      ...{ searchId: "lagging", candidateId: "1.1", supernet: "tiny", canonical: pool },
      ...{ contextDigest, key: `${pool}@${contextDigest}`, epoch: 0 },
    });

  it("names every stream and bucket that is missing, and makes none", async () => {
    const missing = await wordsOf(false);
    expect(missing).toHaveLength(Object.keys(streamNames).length + Object.keys(bucketNames).length);
    expect(missing).toContain(
      "bucket COLLM_LEASES: is missing; a coordinator makes it when it starts",
    );
    await expect(openMadeBucket(connection, bucketNames.deadLetters)).rejects.toThrow(
      "bucket COLLM_DEAD_LETTERS: is missing; a coordinator makes it when it starts",
    );
    expect((await manager.streams.names().next()).length).toBe(0);
  });

  it("says which retention is wrong", async () => {
    await manager.streams.add({
      ...{ name: streamNames.work, subjects: ["collm.work.*.*"] },
      retention: RetentionPolicy.Limits,
    });
    expect(await wordsOf(false)).toContain(
      "stream COLLM_WORK: its retention is limits, allowed is workqueue; delete it and start a coordinator",
    );
    await manager.streams.delete(streamNames.work);
  });

  it("tells work that nobody serves or takes from work that only waits", async () => {
    await provisionStreams(connection, defaultQueueSettings);
    for (const name of Object.values(bucketNames)) {
      await openBucket(connection, name, { replicas: 1 });
    }
    const announced = await announceEvaluator(
      await openBucket(connection, bucketNames.evaluators, { replicas: 1 }),
      {
        ...{ id: "frozen", device: "cpu", sharing: "shared", slots: 1, pool: "here" },
        supernets: [{ ...searchStarted().supernet, name: "tiny", contextDigest: served }],
      },
    );
    for (const pool of ["here", "nowhere"]) {
      await provisionPool(connection, pool, defaultQueueSettings);
      await publish(pool, served);
    }
    const problems = await wordsOf(false);
    expect(problems).toEqual([
      expect.stringMatching(
        /^queue evaluators-here: 1 wait, 0 under way; none was taken for 2 s; its evaluators hang/u,
      ),
      expect.stringMatching(
        /^queue evaluators-nowhere: 1 wait, 0 under way; no evaluator takes work of this pool/u,
      ),
    ]);

    const consumer = await findWork(connection, "here");
    const lease = await takeWork(consumer, connection, { beatMs: 1_000, waitMs: 1_000 });
    expect(await wordsOf(true)).toContain("queue evaluators-here: 0 wait, 1 under way");
    await publish("here", unserved);
    expect(await wordsOf(false)).toContainEqual(
      expect.stringMatching(
        /^queue evaluators-here: 1 wait, 1 under way; 1 of evaluation contexts that no evaluator of this pool serves/u,
      ),
    );
    await lease?.finish(false);
    await announced.withdraw();
  });
});
