import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoordinatorClient } from "@collm/cli";
import { connectNats, defaultPool, findWork } from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { defaultSearchConfig, parseSearchId, type SearchEvent } from "@collm/search";
import { afterEach, beforeEach, expect, it } from "vitest";
import { until } from "../support/poll.js";
import { decisionsOf } from "../support/run-files.js";
import { Service, type ServiceName } from "../support/service.js";
import { writeSmallTable } from "../support/small-table.js";
import { undisturbedSearch } from "./undisturbed.js";

const budget = 24;
const batch = 8;

describeWithNats("evaluators that are scaled to zero", () => {
  let folder: string;
  let nats: TestNatsServer;
  let connection: Awaited<ReturnType<typeof connectNats>>;
  const services: Service[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "collm-zero-"));
    await writeSmallTable(`${folder}/table.safetensors`, `${folder}/table.json`);
    nats = await TestNatsServer.start();
    connection = await connectNats({ servers: [nats.url], name: "test" });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    await connection.close();
    await nats.stop();
    await rm(folder, { recursive: true });
  });

  async function start(name: ServiceName, settings: Record<string, string>): Promise<Service> {
    const env = { COLLM_NATS_URL: nats.url, ...settings };
    const service = await Service.start({ name, env, logFile: `${folder}/${name}.log` });
    services.push(service);
    return service;
  }
  const startEvaluator = () => start("evaluator", { COLLM_SUPERNETS: `${folder}/table.json` });
  /** What KEDA adds up. */
  const lag = async (): Promise<number> => {
    const info = await (await findWork(connection, defaultPool)).info();
    return info.num_pending + info.num_ack_pending;
  };

  it("come back for the work of a search that starts without them", {
    timeout: 120_000,
  }, async () => {
    const coordinator = await start("coordinator", {
      // Nobody is there: what supernets are like is asked of no evaluator.
      COLLM_EVALUATOR_ADDRESS: "127.0.0.1:1",
    });
    // A scaler that starts now finds a consumer.
    expect(await lag()).toBe(0);
    await (await startEvaluator()).stop();

    const client = new CoordinatorClient(coordinator.address, undefined);
    try {
      const searchId = parseSearchId("from-zero");
      const config = { ...defaultSearchConfig("evolution"), budget, candidatesPerIteration: batch };
      const signal = AbortSignal.timeout(100_000);
      await client.start(searchId, config, "table", signal);
      await until("the first batch", async () => ((await lag()) === batch ? true : undefined));
      const evaluator = startEvaluator();
      const events: SearchEvent[] = [];
      for await (const event of client.follow(searchId, signal)) events.push(event);
      await evaluator;
      expect(events.at(-1)?.type).toBe("SearchFinished");
      const [started] = events;
      if (started?.type !== "SearchStarted") throw new Error("the journal has no beginning");
      const undisturbed = await undisturbedSearch(started, `${folder}/table.safetensors`);
      expect(decisionsOf(events)).toEqual(decisionsOf(undisturbed));
      await until("no lag", async () => ((await lag()) === 0 ? true : undefined));
    } finally {
      client.close();
    }
  });
});
