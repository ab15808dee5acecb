import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import {
  allProcessesGone,
  eventsReach,
  expectSameSearch,
  searchFlags,
  servicePid,
  undisturbedDecisions,
} from "../support/disturbed-search.js";
import { until } from "../support/poll.js";
import { journalOf } from "../support/run-files.js";

describe("kill -9 of a service", { timeout: 180_000 }, () => {
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

  it.each(["navigator", "generator", "evaluator", "coordinator"])(
    "%s: it is started again and the search finishes as if undisturbed",
    async (service) => {
      const run = workspace.file("run");
      const collm = workspace.start(...searchFlags(run));
      await eventsReach(run, 25);
      process.kill((await servicePid(collm, service)) as number, "SIGKILL");
      const finished = await collm.finished;
      expect(finished, finished.stderr).toMatchObject({ code: 0 });
      expect(finished.stderr).toContain(`${service} died (SIGKILL)`);
      await expectSameSearch(run, undisturbed);
    },
  );

  it.each(["evaluator", "coordinator"])(
    "%s, again and again: the journal ends interrupted, and resume finishes the same search",
    async (service) => {
      const run = workspace.file("run");
      const collm = workspace.start(...searchFlags(run));
      await eventsReach(run, 20);
      const killed = new Set<number>();
      while (killed.size < 4) {
        const pid = await until(`a new ${service}`, async () => {
          const found = await servicePid(collm, service);
          return found !== undefined && !killed.has(found) ? found : undefined;
        });
        killed.add(pid);
        process.kill(pid, "SIGKILL");
      }
      const { code, stderr } = await collm.finished;
      expect(code).toBe(1);
      expect(stderr).toContain(`${service} died 4 times`);
      expect(stderr).toContain("collm resume");
      expect((await journalOf(run)).at(-1)?.type).toBe("SearchInterrupted");
      const resumed = await workspace.run("resume", run);
      expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
      await expectSameSearch(run, undisturbed);
    },
  );
});
