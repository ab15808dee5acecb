import { access } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import {
  allProcessesGone,
  eventsReach,
  expectSameSearch,
  searchFlags,
  undisturbedDecisions,
} from "../support/disturbed-search.js";
import { until } from "../support/poll.js";
import { descendantsOf } from "../support/processes.js";
import { journalOf } from "../support/run-files.js";

/** Evaluations that the coordinator has under way at most. */
const maxUnderWay = 8;

describe("the command line", { timeout: 180_000 }, () => {
  let undisturbed: readonly unknown[];
  let workspace: Workspace;
  beforeAll(async () => {
    undisturbed = await undisturbedDecisions();
  }, 180_000);
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    await allProcessesGone(workspace);
    await workspace.remove();
  });

  async function resume(run: string): Promise<Record<string, unknown>> {
    const resumed = await workspace.run("resume", run);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    return expectSameSearch(run, undisturbed);
  }

  it("killed alone: no process outlives it, and resume finishes the same search", async () => {
    const run = workspace.file("run");
    const collm = workspace.start(...searchFlags(run));
    await eventsReach(run, 30);
    expect((await descendantsOf(collm.child.pid as number)).length).toBeGreaterThanOrEqual(4);
    collm.child.kill("SIGKILL");
    await allProcessesGone(workspace);
    await resume(run);
  });

  it.each([0, 1, 4, 33, 70])(
    "killed with all its services at event %i: resume finishes the same search and repeats only work in flight",
    async (count) => {
      const run = workspace.file("run");
      const collm = workspace.start(...searchFlags(run));
      await untilStarted(run, count);
      const children = await descendantsOf(collm.child.pid as number);
      collm.child.kill("SIGKILL");
      for (const { pid } of children) killIfThere(pid);
      await collm.finished;
      expect(await resume(run)).toMatchObject({
        evaluations: { repeated: expect.toSatisfy((repeated: number) => repeated <= maxUnderWay) },
      });
    },
  );

  it("interrupted by SIGINT: the journal ends interrupted, and resume finishes the same search", async () => {
    const run = workspace.file("run");
    const collm = workspace.start(...searchFlags(run));
    await eventsReach(run, 30);
    collm.child.kill("SIGINT");
    const { code, stderr } = await collm.finished;
    expect(code).toBe(1);
    expect(stderr).toContain("collm resume");
    expect((await journalOf(run)).at(-1)?.type).toBe("SearchInterrupted");
    await resume(run);
  });
});

/** Event 0 is the moment when the run directory is there and the journal is not. */
async function untilStarted(run: string, count: number): Promise<void> {
  if (count > 0) return eventsReach(run, count);
  await until("the run directory", async () =>
    access(join(run, "config.yaml")).then(
      () => true,
      () => undefined,
    ),
  );
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It noticed its parent's death first.
  }
}
