import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchStarted } from "@collm/search/testing";
import { jetstreamManager } from "@nats-io/jetstream";
import { expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createDeadLetters } from "./dead-letters.js";
import { announceEvaluator, EvaluatorRegistry } from "./evaluator-registry.js";
import { anyWorkSubject, bucketNames, streamNames } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { readQueueLoad } from "./queue-load.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";

describeWithNats("readQueueLoad", () => {
  it("tells how much of its account's storage is used", async () => {
    const folder = await mkdtemp(join(tmpdir(), "collm-load-"));
    const config = join(folder, "nats.conf");
    const account = "jetstream: { max_file: 1048576 }, users: [{ user: u, password: p }]";
    await writeFile(
      config,
      `jetstream: enabled\naccounts: { A: { ${account} } }\nno_auth_user: u\n`,
    );
    const server = await TestNatsServer.start({ config });
    const connection = await connectNats({ servers: [server.url], name: "test" });
    try {
      const letters = await openBucket(connection, "LETTERS", { replicas: 1 });
      const work = { name: streamNames.work, subjects: [anyWorkSubject] };
      await (await jetstreamManager(connection)).streams.add(work);
      const load = () => readQueueLoad(connection, letters, { present: [] });
      expect(await load()).toMatchObject({ storageBytes: 0, storageLimitBytes: 1_048_576 });
      await letters.put("a", "x".repeat(100_000));
      const { storageBytes } = await load();
      expect(storageBytes).toBeGreaterThan(100_000);
      expect(storageBytes).toBeLessThan(110_000);
    } finally {
      await connection.close();
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });

  it("tells work that waits from work under way, and from work that nobody touches", async () => {
    const server = await TestNatsServer.start();
    const connection = await connectNats({ servers: [server.url], name: "test" });
    try {
      await provisionStreams(connection, defaultQueueSettings);
      const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
      const letters = await bucket(bucketNames.deadLetters);
      const reason = { code: "internal", message: "given up", isRetryable: false };
      const common = { epoch: 0, ...reason, deliveries: 5, at: new Date().toISOString() };
      for (const key of ["a@x", "b@x"]) await createDeadLetters(letters).write({ key, ...common });
      await createDeadLetters(letters).remove("a@x");
      const evaluators = await bucket(bucketNames.evaluators);
      const announcement = await announceEvaluator(evaluators, {
        ...{ id: "e", supernets: [searchStarted().supernet], device: "cpu", pool: "served" },
        ...{ sharing: "exclusive", slots: 3 },
      });
      const registry = await EvaluatorRegistry.watch(evaluators);
      for (const [pool, count] of [
        ["served", 2],
        ["unserved", 3],
      ] as const) {
        await provisionPool(connection, pool, defaultQueueSettings);
        for (let i = 0; i < count; i++) {
          await publishWork(connection, pool, {
            ...{ searchId: "s", candidateId: `1.${i}`, supernet: "tiny", canonical: `${i}` },
            ...{ contextDigest: pool, key: `${i}@${pool}`, epoch: 0 },
          });
        }
      }
      const consumer = await findWork(connection, "served");
      const lease = await takeWork(consumer, connection, { beatMs: 1_000, waitMs: 1_000 });

      expect(await readQueueLoad(connection, letters, registry)).toEqual({
        ...{ waiting: 4, underWay: 1, untouched: 3, redelivered: 0 },
        ...{ deadLetters: 1, evaluators: 1, slots: 3 },
        ...{ storageBytes: expect.any(Number), storageLimitBytes: undefined },
      });
      // One that is killed gives nothing back: NATS still counts what it had as under way.
      await announcement.withdraw();
      const load = () => readQueueLoad(connection, letters, registry);
      await expect.poll(load).toMatchObject({ evaluators: 0, underWay: 1, untouched: 5 });
      lease?.giveBack(0);
      registry.close();
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});
