import { searchStarted } from "@collm/search/testing";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { announceEvaluator } from "./evaluator-registry.js";
import { bucketNames } from "./names.js";
import { ServedSupernets } from "./served-supernets.js";
import { describeSupernets } from "./supernet-catalog.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

const tiny = { ...searchStarted().supernet, name: "tiny", contextDigest: "tiny-1" };
const other = { ...tiny, name: "other", contextDigest: "other-1" };

describeWithNats("ServedSupernets", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let catalog: KV;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    catalog = await openBucket(connection, bucketNames.supernets, { replicas: 1 });
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  it("knows what evaluators serve or served, the former first, and of which pool", async () => {
    await describeSupernets(catalog, "small", [tiny, other]);
    const served = await ServedSupernets.watch(connection, { replicas: 1 });
    expect(served.present).toEqual([]);
    expect(await served.named("tiny")).toEqual([tiny]);
    expect(await served.named("none")).toEqual([]);
    expect(served.poolServing("tiny-1")).toBe("small");
    expect(served.serving("tiny-1")).toEqual([]);

    // Just now, so that it is found whether or not it was heard.
    await describeSupernets(catalog, "small", [{ ...tiny, name: "new", contextDigest: "new-1" }]);
    expect(await served.named("new")).toHaveLength(1);

    // Its weights have changed: nobody serves the old ones any more.
    const changed = { ...tiny, contextDigest: "tiny-2" };
    await describeSupernets(catalog, "small", [changed]);
    await vi.waitFor(() => expect(served.poolServing("tiny-1")).toBeUndefined());
    expect(await served.named("tiny")).toEqual([changed]);

    // Another pool described its own last, and an evaluator of the first is there.
    const onGpu = { ...tiny, contextDigest: "tiny-gpu" };
    await describeSupernets(catalog, "large", [onGpu]);
    await vi.waitFor(async () => expect(await served.named("tiny")).toEqual([onGpu, changed]));
    const announced = await announceEvaluator(
      await openBucket(connection, bucketNames.evaluators, { replicas: 1 }),
      {
        ...{ id: "one", device: "cpu", sharing: "shared", slots: 1, pool: "small" },
        supernets: [changed],
      },
    );
    await vi.waitFor(() => expect(served.present).toHaveLength(1));
    expect(await served.named("tiny")).toEqual([changed, onGpu, changed]);
    expect(served.poolServing("tiny-gpu")).toBe("large");
    expect(served.names).toEqual(["tiny", "new", "other"]);
    await announced.withdraw();
    served.close();
  });
});
