import { setTimeout as delay } from "node:timers/promises";
import { searchStarted } from "@collm/search/testing";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { type Announcement, announceEvaluator, EvaluatorRegistry } from "./evaluator-registry.js";
import { bucketNames } from "./names.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

const ttlMs = 600;
const supernet = { ...searchStarted().supernet, contextDigest: "context-1" };
const announcement: Announcement = {
  ...{ id: "one", device: "cpu", sharing: "shared", slots: 1, pool: "small" },
  supernets: [supernet],
};

describeWithNats("EvaluatorRegistry", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let bucket: KV;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    bucket = await openBucket(connection, bucketNames.evaluators, { replicas: 1 });
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  it("knows who is there, who comes and stays, and who leaves", async () => {
    const early = await announceEvaluator(bucket, announcement, ttlMs);
    const registry = await EvaluatorRegistry.watch(bucket, ttlMs);
    const ids = () => registry.serving("context-1").map(({ id }) => id);
    expect(ids()).toEqual(["one"]);
    const late = await announceEvaluator(bucket, { ...announcement, id: "two" }, ttlMs);
    await vi.waitFor(() => expect(ids()).toEqual(["one", "two"]));
    // Longer than somebody counts as there who falls silent.
    await delay(2 * ttlMs);
    expect(ids()).toEqual(["one", "two"]);
    expect(registry.serving("context-2")).toEqual([]);

    expect(registry.poolServing("context-1")).toBe("small");
    const large = { ...announcement, id: "three", slots: 3, pool: "large" };
    const third = await announceEvaluator(bucket, large, ttlMs);
    await vi.waitFor(() => expect(registry.poolServing("context-1")).toBe("large"));
    await third.withdraw();
    expect(registry.poolServing("context-2")).toBeUndefined();

    await early.withdraw();
    await vi.waitFor(() => expect(ids()).toEqual(["two"]));
    await late.withdraw();
    registry.close();
  });
});
