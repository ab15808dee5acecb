import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectNats } from "./connection.js";
import { defaultPool, streamNames, tokenOf } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { findQueued, publishWork } from "./publish-work.js";
import { removeOldLayout } from "./remove-old-layout.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { countQueued } from "./testing/queue-probe.js";
import { describeWithNats } from "./testing/with-nats.js";
import { findWork, takeWork } from "./work-lease.js";

const work = {
  ...{ searchId: "s", candidateId: "1.1", supernet: "tiny", canonical: "a" },
  ...{ contextDigest: "context-1", key: "a@context-1", epoch: 0 },
};
const { key, contextDigest } = work;

describeWithNats("removeOldLayout", () => {
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

  async function start(): Promise<unknown> {
    const removed = await removeOldLayout(connection);
    await provisionStreams(connection, defaultQueueSettings);
    await provisionPool(connection, defaultPool, defaultQueueSettings);
    return removed;
  }

  it("makes room for pools; old work counts as gone, so that it is published again", async () => {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({
      ...{ name: streamNames.work, subjects: ["collm.work.*"] },
      retention: RetentionPolicy.Workqueue,
    });
    for (const context of [contextDigest, "context-2"]) {
      await manager.consumers.add(streamNames.work, {
        durable_name: `evaluators-${tokenOf(context)}`,
        filter_subject: `collm.work.${tokenOf(context)}`,
        ack_policy: AckPolicy.Explicit,
      });
    }
    const id = `${tokenOf(key)}:0`;
    const publish = (msgID: string) =>
      jetstream(connection).publish(`collm.work.${tokenOf(contextDigest)}`, "{}", { msgID });
    await publish(id);
    await publish("other");
    const { consumers } = jetstream(connection);
    const old = await consumers.get(streamNames.work, `evaluators-${tokenOf(contextDigest)}`);
    await old.next();

    expect(await start()).toEqual({ consumers: 2, messages: 2 });
    const names: string[] = [];
    for await (const { name } of manager.consumers.list(streamNames.work)) names.push(name);
    expect(names).toEqual(["evaluators-default"]);
    expect(await countQueued(connection)).toBe(0);

    const again = await publishWork(connection, defaultPool, work);
    if (again.kind !== "duplicate") throw new Error(`the server forgot its id: ${again.kind}`);
    expect(await findQueued(connection, again.sequence)).toBeUndefined();
    await publishWork(connection, defaultPool, work, again.sequence);
    // The next coordinator finds a queue that is in use.
    expect(await start()).toBeUndefined();
    const lease = { beatMs: 1_000, waitMs: 1_000 };
    const taken = await takeWork(await findWork(connection, defaultPool), connection, lease);
    expect(taken?.work).toEqual(work);
    await taken?.finish(false);
  });
});
