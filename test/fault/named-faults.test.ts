import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithNats } from "@collm/events/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { allowedSeconds, problemsOf } from "./check-run.js";
import { runDisturbed } from "./disturbed-run.js";
import { FaultCluster } from "./fault-cluster.js";
import { namedFaults } from "./fault-plan.js";

describeWithNats("a search over three evaluators on NATS", () => {
  let folder: string;
  let cluster: FaultCluster;
  let undisturbedSeconds = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "collm-faults-"));
    const seeds = [0, ...namedFaults.map((_, i) => i + 1)];
    cluster = await FaultCluster.start({
      folder,
      seeds,
      evaluators: 3,
      evaluationMs: 30,
      workers: 2,
    });
  }, 120_000);
  afterAll(async () => {
    // Undefined when the start failed.
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it("decides what the same search decides alone", { timeout: 60_000 }, async () => {
    const run = await runDisturbed(cluster, 0, [], 50_000);
    undisturbedSeconds = run.seconds;
    expect(await problemsOf(cluster, run, undisturbedSeconds)).toEqual([]);
  });

  it.each(namedFaults.map((planned, i) => [planned.disturbance.name, planned, i + 1] as const))(
    "survives: %s",
    { timeout: 180_000 },
    async (_, planned, seed) => {
      const timeoutMs = 1_000 * allowedSeconds(undisturbedSeconds, [planned]);
      const run = await runDisturbed(cluster, seed, [planned], timeoutMs);
      expect(run.applied).toEqual([planned]);
      expect(await problemsOf(cluster, run, undisturbedSeconds)).toEqual([]);
    },
  );
});
