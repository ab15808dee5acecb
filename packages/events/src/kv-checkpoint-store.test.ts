import { describeCheckpointStore } from "@collm/journal/testing";
import type { EvaluationCheckpoint } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createKvCheckpointStore } from "./kv-checkpoint-store.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

describeWithNats("the key-value checkpoint store", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  const bucketOf = (name: string) => openBucket(connection, name, { replicas: 1, ttlMs: 60_000 });
  const open = async (name: string, maxPayloadBytes = connection.info?.max_payload ?? 0) =>
    createKvCheckpointStore(await bucketOf(name), maxPayloadBytes);

  describeCheckpointStore("a JetStream bucket", {
    open: (name) => open(name),
    damage: async (name) => {
      const bucket = await bucketOf(name);
      for await (const key of await bucket.keys()) {
        const value = (await bucket.get(key))?.value ?? new Uint8Array();
        const last = value.length - 1;
        value[last] = (value[last] ?? 0) ^ 1;
        await bucket.put(key, value);
      }
    },
  });

  const running = (imagesDone: number): EvaluationCheckpoint => ({
    plan: {
      calibrationImages: 8,
      calibrationBatchSize: 8,
      channels: 500,
      images: 64,
      batchSize: 16,
    },
    calibration: {
      imagesDone: 8,
      batchesDone: 1,
      means: new Float64Array(500).fill(1 / 3),
      variances: new Float64Array(500).fill(2 / 3),
    },
    imagesDone,
    top1Count: 0,
    top5Count: 0,
    seconds: { build: 0, calibrate: 1, run: 0 },
  });

  it("writes statistics once, and then counts alone", async () => {
    const bucket = await bucketOf("once");
    const store = await open("once");
    for (const imagesDone of [0, 16, 32]) await store.write("a@b", running(imagesDone));
    expect(await (await open("once")).read("a@b")).toEqual(running(32));
    const revisions = new Map<string, number>();
    for await (const key of await bucket.keys()) {
      revisions.set(key.split(".")[1] ?? "", (await bucket.get(key))?.revision ?? 0);
    }
    // Statistics, head, head, head.
    expect(revisions).toEqual(
      new Map([
        ["statistics", 1],
        ["head", 4],
      ]),
    );
  });

  it("refuses statistics that the server would, and says why", async () => {
    const store = await open("small", 4_096);
    await expect(store.write("a@b", running(0))).rejects.toMatchObject({
      code: "resource-exhausted",
      message:
        "checkpoint a@b: its statistics take 8000 bytes, allowed are 3072 (max_payload of nats-server)",
    });
    expect(await store.read("a@b")).toBeUndefined();
  });
});
