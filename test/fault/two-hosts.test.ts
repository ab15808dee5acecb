import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describeWithNats } from "@collm/events/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NetworkNamespace } from "../support/network-namespace.js";
import { allowedSeconds, problemsOf } from "./check-run.js";
import type { Disturbance } from "./disturbance.js";
import { runDisturbed } from "./disturbed-run.js";
import { FaultCluster } from "./fault-cluster.js";

const isRealNetwork = NetworkNamespace.isUsable();
const undisturbedSeconds = 5;
const cutMs = 5_000;
/** A connection that was cut sends again after twice as long as the last time. */
const resentMs = 2 * cutMs;
const seeds = [1, 2];

/** Root and `ip netns` make a second host; elsewhere the links of the evaluators are cut. */
const network = isRealNetwork ? "in a network namespace" : "behind a proxy";

describeWithNats(`coordinator and NATS on one host, three evaluators on another ${network}`, () => {
  let folder: string;
  let host: NetworkNamespace | undefined;
  let cluster: FaultCluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "collm-faults-"));
    host = isRealNetwork ? await NetworkNamespace.create() : undefined;
    cluster = await FaultCluster.start({
      ...{ folder, seeds, evaluators: 3, evaluationMs: 30, workers: 2 },
      ...(host ? { evaluatorHost: host } : {}),
    });
  }, 120_000);
  afterAll(async () => {
    await host?.mend();
    // Undefined when the start failed.
    await cluster?.stop();
    await host?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const cut: Disturbance = {
    name: "cut between two hosts",
    delayMs: cutMs + resentMs,
    apply: async ({ evaluators }) => {
      await host?.cut();
      for (const { link } of evaluators) link.hold();
      await delay(cutMs);
      await host?.mend();
      for (const { link } of evaluators) link.pass();
    },
  };

  it.each([
    ["once, mid-batch", 1, [60]],
    ["twice", 2, [20, 200]],
  ] as const)(
    "loses nothing when they are cut apart %s",
    { timeout: 120_000 },
    async (_, seed, moments) => {
      const plan = moments.map((atEvent) => ({ disturbance: cut, atEvent }));
      const timeoutMs = 1_000 * allowedSeconds(undisturbedSeconds, plan);
      const run = await runDisturbed(cluster, seed, plan, timeoutMs);
      expect(run.applied).toEqual(plan);
      // Longer than the cut: nothing went through it.
      expect(run.seconds).toBeGreaterThan((moments.length * cutMs) / 1_000);
      expect(await problemsOf(cluster, run, undisturbedSeconds)).toEqual([]);
    },
  );
});
