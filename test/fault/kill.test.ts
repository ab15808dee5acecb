import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Collm, landscapeManifest, Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";
import { descendantsOf, processesIn } from "../support/processes.js";
import { completionsOf, decisionsOf, journalOf, readJson } from "../support/run-files.js";

const services = ["navigator", "generator", "evaluator", "coordinator"] as const;

describe("kill -9", { timeout: 180_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    await until("all processes to be gone", async () =>
      (await processesIn(workspace.path)).length === 0 ? true : undefined,
    );
    await workspace.remove();
  });

  const flags = (run: string) => [
    ...["search", "--supernet", landscapeManifest, "--out", run, "--seed", "5"],
    ...["--max-macs", "400k", "--budget", "40", "--candidates", "8"],
  ];

  const pidOf = async (collm: Collm, service: string): Promise<number> => {
    const children = await descendantsOf(collm.child.pid as number);
    const found = children.find(({ command }) =>
      command.includes(`services/${service}/src/main.ts`),
    );
    if (!found) throw new Error(`${service} is not running`);
    return found.pid;
  };

  const eventsReach = (run: string, count: number) =>
    until(`${count} events`, async () =>
      (await journalOf(run)).length >= count ? true : undefined,
    );

  /** The undisturbed search, with a store of its own so that nothing is shared. */
  async function undisturbed() {
    const other = await Workspace.create();
    try {
      const run = other.file("run");
      expect((await other.run(...flags(run))).code).toBe(0);
      return decisionsOf(await journalOf(run));
    } finally {
      await other.remove();
    }
  }

  async function expectSameSearch(run: string) {
    const events = await journalOf(run);
    expect(decisionsOf(events)).toEqual(await undisturbed());
    // Promise 1: exactly one result for each content key.
    expect([...completionsOf(events).values()].every((count) => count === 1)).toBe(true);
    const result = await readJson(join(run, "result.json"));
    expect(result).toMatchObject({ status: "finished", evaluations: { evaluated: 40 } });
    return { events, result };
  }

  it.each(services)(
    "of the %s in the middle: the search finishes as if undisturbed",
    async (service) => {
      const run = workspace.file("run");
      const collm = workspace.start(...flags(run));
      await eventsReach(run, 25);
      process.kill(await pidOf(collm, service), "SIGKILL");
      const finished = await collm.finished;
      expect(finished, finished.stderr).toMatchObject({ code: 0 });
      expect(finished.stderr).toContain(`${service} died (SIGKILL)`);
      await expectSameSearch(run);
    },
  );

  it("of the parent alone: no process outlives it, and resume finishes the same search", async () => {
    const run = workspace.file("run");
    const collm = workspace.start(...flags(run));
    await eventsReach(run, 30);
    const children = await descendantsOf(collm.child.pid as number);
    expect(children.length).toBeGreaterThanOrEqual(4);
    collm.child.kill("SIGKILL");
    await until("the services to end", async () =>
      (await processesIn(workspace.path)).length === 0 ? true : undefined,
    );
    const resumed = await workspace.run("resume", run);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    await expectSameSearch(run);
  });

  it.each([1, 2, 4, 12, 33, 60])(
    "of the whole tree at event %i: resume finishes the same search and repeats only work in flight",
    async (count) => {
      const run = workspace.file("run");
      const collm = workspace.start(...flags(run));
      await eventsReach(run, count);
      const children = await descendantsOf(collm.child.pid as number);
      collm.child.kill("SIGKILL");
      for (const { pid } of children) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It noticed its parent's death first.
        }
      }
      await collm.finished;
      const resumed = await workspace.run("resume", run);
      expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
      const { result } = await expectSameSearch(run);
      // The coordinator has at most 8 evaluations under way.
      expect(result).toMatchObject({
        evaluations: { repeated: expect.toSatisfy((repeated: number) => repeated <= 8) },
      });
    },
  );

  it("of the evaluator again and again: the journal ends interrupted and resume finishes", async () => {
    const run = workspace.file("run");
    const collm = workspace.start(...flags(run));
    await eventsReach(run, 20);
    const seen = new Set<number>();
    const isOver = collm.finished.then(() => true);
    while (seen.size < 4) {
      const pid = await until("a new evaluator", async () => {
        const found = await pidOf(collm, "evaluator").catch(() => undefined);
        return found !== undefined && !seen.has(found) ? found : undefined;
      });
      seen.add(pid);
      process.kill(pid, "SIGKILL");
    }
    await isOver;
    const { code, stderr } = await collm.finished;
    expect(code).toBe(1);
    expect(stderr).toContain("evaluator died 4 times");
    expect(stderr).toContain("collm resume");
    expect((await journalOf(run)).at(-1)?.type).toBe("SearchInterrupted");
    const resumed = await workspace.run("resume", run);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    await expectSameSearch(run);
  });
});
