import { describeEvaluationStore } from "@collm/journal/testing";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { createKvEvaluationStore } from "./kv-evaluation-store.js";
import { tokenOf } from "./names.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

describeWithNats("the key-value evaluation store", () => {
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

  describeEvaluationStore("a JetStream bucket", {
    open: async (name) =>
      createKvEvaluationStore(await openBucket(connection, name, { replicas: 1 })),
  });

  describe("what is no evaluation", () => {
    it("is data loss and not a missing result", async () => {
      const bucket = await openBucket(connection, "damaged", { replicas: 1 });
      await bucket.put(tokenOf("a@b"), '{"v":1}');
      await expect(createKvEvaluationStore(bucket).read("a@b")).rejects.toMatchObject({
        code: "data-loss",
      });
    });
  });
});
