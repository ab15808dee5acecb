import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithNats } from "@collm/events/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { allowedSeconds, problemsOf } from "./check-run.js";
import { runDisturbed } from "./disturbed-run.js";
import { FaultCluster } from "./fault-cluster.js";
import { drawSequence } from "./fault-plan.js";

/** What a search takes that nobody disturbs, with room for a busy machine. */
const undisturbedSeconds = 5;
/** Eight that draw every disturbance among them; `pnpm bench faults` runs as many as one likes. */
const seeds = [1, 3, 8, 16, 17, 23, 26, 36];

describeWithNats("a search over three evaluators on NATS", () => {
  let folder: string;
  let cluster: FaultCluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "collm-faults-"));
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

  it.each(
    seeds.map((seed) => {
      const plan = drawSequence(seed);
      const names = plan.map(({ atEvent, disturbance }) => `${disturbance.name} at ${atEvent}`);
      return [seed, names.join(", "), plan] as const;
    }),
  )("survives sequence %i: %s", { timeout: 240_000 }, async (seed, _, plan) => {
    const timeoutMs = 1_000 * allowedSeconds(undisturbedSeconds, plan);
    const run = await runDisturbed(cluster, seed, plan, timeoutMs);
    expect(run.applied).toHaveLength(plan.length);
    expect(await problemsOf(cluster, run, undisturbedSeconds)).toEqual([]);
  });
});
