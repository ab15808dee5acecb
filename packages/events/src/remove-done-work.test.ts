import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { connectNats } from "./connection.js";
import { defaultPool, streamNames } from "./names.js";
import { patiently } from "./patiently.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { publishWork } from "./publish-work.js";
import { removeDoneWork } from "./remove-done-work.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { countQueued } from "./testing/queue-probe.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";
import type { WorkMessage } from "./work-message.js";

const context = "context-1";
const done = 20;
const acknowledgementsInMemoryMs = 500;

describeWithNats("removeDoneWork", () => {
  let server: TestNatsServer;
  let connection: NatsConnection;
  beforeEach(async () => {
    server = await TestNatsServer.start();
    connection = await connectNats({ servers: [server.url], name: "test" });
    await provisionStreams(connection, defaultQueueSettings);
    await provisionPool(connection, defaultPool, defaultQueueSettings);
  });
  afterEach(async () => {
    await connection.close();
    await server.stop();
  });

  async function publish(canonical: string): Promise<void> {
    const work = { searchId: "s", candidateId: "1.1", supernet: "tiny", contextDigest: context };
    const key = `${canonical}@${context}`;
    await patiently(() =>
      publishWork(connection, defaultPool, { ...work, canonical, key, epoch: 0 }),
    );
  }

  /** Whose results are stored, by their names. */
  const isDone = async ({ canonical }: WorkMessage): Promise<boolean> =>
    canonical.startsWith("done") || canonical === "first" || finished.has(canonical);
  const finished = new Set<string>();

  it("leaves work that was delivered too often to the janitor", async () => {
    const impatient = { ...defaultQueueSettings, maxDeliver: 1, ackWaitMs: 200 };
    await provisionPool(connection, defaultPool, impatient);
    const consumer = await findWork(connection, defaultPool);
    const take = () => takeWork(consumer, connection, { beatMs: 10_000, waitMs: 2_000 });
    await publish("deadly");
    await take();
    const manager = await jetstreamManager(connection);
    const areTold = async (): Promise<boolean> =>
      (await manager.streams.info(streamNames.advisories)).state.messages > 0;
    // The server tells of it when somebody asks for more.
    while (!(await areTold())) await take();
    await publish("done");
    await (await take())?.finish(false);
    await removeDoneWork(connection, isDone);
    expect(await countQueued(connection)).toBe(1);
  });

  it("removes what a killed server had acknowledged, and nothing else", { retry: 2 }, async () => {
    const consumer = await findWork(connection, defaultPool);
    const take = () => takeWork(consumer, connection, { beatMs: 10_000, waitMs: 2_000 });
    await publish("first");
    await (await take())?.finish(false);
    await publish("under way");
    const underWay = await take();
    for (let index = 0; index < done; index++) await publish(`done ${index}`);
    for (let index = 0; index < done; index++) await (await take())?.finish(false);
    expect(await countQueued(connection)).toBe(1);
    // The server keeps acknowledgements in memory for a moment that nothing tells; removals longer.
    await delay(acknowledgementsInMemoryMs);
    await server.restart();
    const { num_pending: forgotten } = await patiently(() => consumer.info());
    expect(forgotten).toBe(0);
    expect(await countQueued(connection)).toBe(done + 1);
    // Up to the first that is under way: there is nothing to remove yet.
    await removeDoneWork(connection, isDone);
    expect(await countQueued(connection)).toBe(done + 1);

    await underWay?.finish(false);
    finished.add("under way");
    await publish("waiting");
    await removeDoneWork(connection, isDone);
    expect(await countQueued(connection)).toBe(1);
    expect((await take())?.work?.canonical).toBe("waiting");
  });
});
