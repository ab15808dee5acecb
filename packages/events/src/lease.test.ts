import { setTimeout as delay } from "node:timers/promises";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { acquireLease, LeaseTakenError } from "./lease.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

const ttlMs = 900;

describeWithNats("acquireLease", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let bucket: KV;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    bucket = await openBucket(connection, "LEASES", { replicas: 1, ttlMs });
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });
  const acquire = (name: string, through = bucket) => acquireLease(through, name, name, ttlMs);

  it("keeps a lease whose renewal was stored and never answered", async () => {
    let renewals = 0;
    const cut = Object.create(bucket, {
      update: {
        value: async (...args: Parameters<KV["update"]>) => {
          const revision = await bucket.update(...args);
          renewals += 1;
          if (renewals === 1) throw new Error("timeout");
          return revision;
        },
      },
    }) as KV;
    const lease = await acquire("unanswered", cut);
    while (renewals < 3 && !lease.lost.aborted) await delay(20);
    expect(lease.lost.aborted).toBe(false);
    await expect(acquire("unanswered")).rejects.toThrow(LeaseTakenError);
    await lease.release();
    await (await acquire("unanswered")).release();
  });

  it("is released without an error where NATS is away", async () => {
    const other = await connectNats({ servers: [server.url], name: "other" });
    const lease = await acquire("away", await openBucket(other, "LEASES", { replicas: 1 }));
    await other.close();
    await lease.release();
  });
});
