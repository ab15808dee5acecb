import { describeJournal, plainEvent } from "@collm/journal/testing";
import { parseSearchId } from "@collm/search";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBucket } from "./buckets.js";
import { connectNats } from "./connection.js";
import { bucketNames } from "./names.js";
import { defaultQueueSettings, provisionStreams } from "./provision.js";
import { createStreamJournals, type SharedJournals } from "./stream-journals.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { createUnfinishedSearches } from "./unfinished.js";

const leaseMs = 10_000;

describeWithNats("createStreamJournals", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  let leases: KV;
  /** As a coordinator of its own sees them; `bucket` holds its leases. */
  let open: (bucket?: KV) => Promise<SharedJournals>;
  beforeAll(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, defaultQueueSettings);
    leases = await openBucket(connection, bucketNames.leases, { replicas: 1, ttlMs: leaseMs });
    open = async (bucket = leases) => {
      const listed = await openBucket(connection, bucketNames.unfinished, { replicas: 1 });
      const unfinished = createUnfinishedSearches(connection, listed);
      return createStreamJournals({ connection, leases: bucket, unfinished, leaseMs });
    };
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  describeJournal("a stream", {
    open: async (name) => (await open()).open(parseSearchId(name)),
    numRuns: 10,
  });

  describe("two coordinators", () => {
    it("never both append, even if both have the lease", async () => {
      const id = parseSearchId("fenced");
      const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
      const first = await (await open(await bucket("one"))).open(id);
      const second = await (await open(await bucket("other"))).open(id);
      const event = plainEvent(1, id);
      await first.append(event);
      await expect(second.append({ ...event, at: "2026-01-01T00:00:00.001Z" })).rejects.toThrow(
        /written by another coordinator/,
      );
      await Promise.all([first.close(), second.close()]);
      expect(await (await open()).read(id)).toEqual([event]);
    });
  });

  it("is followed through kill -9 of the server, without a long wait", {
    timeout: 30_000,
  }, async () => {
    const id = parseSearchId("followed");
    const journals = await open();
    const journal = await journals.open(id);
    await journal.append(plainEvent(1, id));
    const following = journals.follow(id, 0, new AbortController().signal);
    expect((await following.next()).value).toMatchObject({ seq: 1 });
    const second = following.next();
    await server.restart();
    await journal.append(plainEvent(2, id));
    const since = performance.now();
    expect((await second).value).toMatchObject({ seq: 2 });
    expect(performance.now() - since).toBeLessThan(10_000);
    await following.return(undefined);
    await journal.close();
  });

  it("says at once that NATS does not answer where nobody wants to wait", async () => {
    const other = await connectNats({ servers: [server.url], name: "other" });
    const listed = await openBucket(other, bucketNames.unfinished, { replicas: 1 });
    const unfinished = createUnfinishedSearches(other, listed);
    const journals = createStreamJournals({ connection: other, leases, unfinished, leaseMs });
    await other.close();
    const refusal = {
      code: "unavailable",
      message: expect.stringContaining("NATS: does not answer"),
    };
    await expect(journals.list()).rejects.toMatchObject(refusal);
    await expect(journals.size(parseSearchId("any"))).rejects.toMatchObject(refusal);
    // Nor is a connection waited for that was closed here.
    await expect(journals.read(parseSearchId("any"))).rejects.toMatchObject(refusal);
  });

  it("lists searches and gives what is there without the right to write", async () => {
    const journals = await open();
    const id = parseSearchId("listed");
    const opened = await journals.open(id);
    await opened.append(plainEvent(1, id));
    expect(await journals.list()).toContain(id);
    expect(await journals.read(id)).toHaveLength(1);
    expect(await journals.read(parseSearchId("absent"))).toEqual([]);
    await opened.close();
  });
});
