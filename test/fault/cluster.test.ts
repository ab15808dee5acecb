import { describeWithNats } from "@collm/events/testing";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { type Collm, landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone, eventsReach } from "../support/disturbed-search.js";
import { until } from "../support/poll.js";
import { completionsOf, decisionsOf, journalOf } from "../support/run-files.js";

const budget = 120;
const ackWaitMs = 1_000;

/** 15 batches of 8, 30 ms each evaluation, on 3 evaluators of 2 workers. */
const flags = [
  ...["--supernet", "landscape", "--searcher", "evolution", "--seed", "5", "--max-macs", "400k"],
  ...["--budget", String(budget), "--candidates", "8"],
];

describeWithNats("a search over three evaluators on NATS", () => {
  let undisturbed: readonly unknown[];
  let workspace: Workspace;
  let cluster: Cluster;

  const start = async (): Promise<void> => {
    workspace = await Workspace.create();
    cluster = await Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 3 });
  };
  const search = (run: string): Collm =>
    workspace.start("search", "--coordinator", cluster.address, "--out", run, ...flags);

  /** It finished with the undisturbed decisions, and each content key has one result. */
  const expectSame = async (run: string, collm: Collm): Promise<void> => {
    const finished = await collm.finished;
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    const events = await journalOf(run);
    expect(decisionsOf(events)).toEqual(undisturbed);
    const completions = completionsOf(events);
    expect(completions.size).toBe(budget);
    expect([...completions.values()].every((count) => count === 1)).toBe(true);
  };

  beforeAll(async () => {
    const alone = await Workspace.create();
    const run = alone.file("run");
    const embedded = flags.with(1, landscapeManifest);
    const finished = await alone.run("search", "--out", run, ...embedded);
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    undisturbed = decisionsOf(await journalOf(run));
    await alone.remove();
  }, 120_000);

  afterEach(async () => {
    await cluster.stop();
    await allProcessesGone(workspace);
    await workspace.remove();
  }, 60_000);

  it("decides what the embedded search decides", { timeout: 120_000 }, async () => {
    await start();
    const run = workspace.file("run");
    await expectSame(run, search(run));
  });

  it("survives kill -9 of an evaluator at work", { timeout: 120_000 }, async () => {
    await start();
    const run = workspace.file("run");
    const collm = search(run);
    await eventsReach(run, 60);
    const [victim] = await cluster.pidsOf(workspace, "evaluator");
    process.kill(victim as number, "SIGKILL");
    await expectSame(run, collm);
  });

  it("survives an evaluator that freezes for three ack waits", { timeout: 120_000 }, async () => {
    await start();
    const run = workspace.file("run");
    const collm = search(run);
    await eventsReach(run, 60);
    const [victim] = await cluster.pidsOf(workspace, "evaluator");
    process.kill(victim as number, "SIGSTOP");
    const frozenAt = performance.now();
    await until("three ack waits", () =>
      performance.now() - frozenAt > 3 * ackWaitMs ? true : undefined,
    );
    process.kill(victim as number, "SIGCONT");
    await expectSame(run, collm);
  });

  it("survives kill -9 of the coordinator", { timeout: 120_000 }, async () => {
    await start();
    const run = workspace.file("run");
    const collm = search(run);
    await eventsReach(run, 60);
    const [victim] = await cluster.pidsOf(workspace, "coordinator");
    process.kill(victim as number, "SIGKILL");
    await expectSame(run, collm);
  });

  it("survives kill -9 and restart of nats-server", { timeout: 120_000 }, async () => {
    await start();
    const run = workspace.file("run");
    const collm = search(run);
    await eventsReach(run, 60);
    await cluster.nats.restart();
    await expectSame(run, collm);
  });
});
