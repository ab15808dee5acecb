import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digitsManifest, type Finished, landscapeManifest, Workspace } from "../support/collm.js";
import { eventsReach, servicePid } from "../support/disturbed-search.js";
import { until } from "../support/poll.js";
import { journalOf } from "../support/run-files.js";

describe("collm on run directories", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(() => workspace.remove());

  const flags = (out: string, ...more: readonly string[]): readonly string[] => [
    ...["search", "--supernet", landscapeManifest, "--out", out, "--searcher", "random"],
    ...["--budget", "60", "--candidates", "6", ...more],
  ];

  function expectRefusal({ code, stderr, stdout }: Finished, ...parts: readonly string[]): void {
    expect(stderr.trim().split("\n"), stderr).toHaveLength(1);
    for (const part of parts) expect(stderr).toContain(part);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  }

  it("has nothing to report of a directory without a search, or whose search has not started", async () => {
    const empty = workspace.file("empty");
    await mkdir(empty);
    for (const path of [workspace.file("none"), empty]) {
      expectRefusal(await workspace.run("report", path), path, "no run directory");
    }
    const run = workspace.file("run");
    expect((await workspace.run(...flags(run, "--budget", "1", "--no-test"))).code).toBe(0);
    await writeFile(join(run, "events.jsonl"), '{"v":1');
    expectRefusal(await workspace.run("report", run), run, "nothing to report");
  });

  it("writes into no directory of something else, nor into the current one by mistake", async () => {
    const other = workspace.file("other");
    await mkdir(other);
    await writeFile(join(other, "config.yaml"), "debug: true\n");
    expectRefusal(await workspace.run(...flags(other)), "--out", "holds other files (config.yaml)");
    expect(await readdir(other)).toEqual(["config.yaml"]);
    expect(await readFile(join(other, "config.yaml"), "utf8")).toBe("debug: true\n");
    expectRefusal(await workspace.run(...flags("")), '--out: got "", allowed is');
    expect((await readdir(workspace.path)).sort()).toEqual(["home", "other"]);
  });

  it("leaves nothing of a search that could not start", async () => {
    const manifest = workspace.file("digits.yaml");
    const text = await readFile(digitsManifest, "utf8");
    await writeFile(
      manifest,
      text
        .replace("./weights", join(digitsManifest, "../weights"))
        .replace(/images: .*/, "images: { validation: ./none.safetensors }")
        .replace("batchNorm: weighted-mean", "batchNorm: running"),
    );
    const run = workspace.file("run");
    const failed = await workspace.run("search", "--supernet", manifest, "--out", run);
    expect(failed.code).toBe(2);
    expect(failed.stderr.trim().split("\n").at(-1)).toContain(
      `got ${workspace.file("none.safetensors")}, which does not exist`,
    );
    await expect(readdir(run)).rejects.toThrow("ENOENT");
  });

  it("says in one line that the home or the run directory cannot be made", async () => {
    const home = workspace.file("file");
    await writeFile(home, "");
    workspace.env = { COLLM_HOME: home };
    const refused = await workspace.run(...flags(workspace.file("run")));
    expectRefusal(refused, "COLLM_HOME", home, "a file of that name is in the way");
    workspace.env = {};
    const out = join(home, "run");
    expectRefusal(await workspace.run(...flags(out)), `--out ${out}: a part of the path is no`);
  });

  it("lets one command at a time work on a search, and starts no service to say so", async () => {
    const run = workspace.file("run");
    const first = workspace.start(...flags(run, "--budget", "5000"));
    await eventsReach(run, 5);
    for (const args of [flags(run), ["resume", run]]) {
      const second = workspace.start(...args);
      const { code, stderr, stdout } = await second.finished;
      expect(stderr).toContain(`is being written by process ${first.child.pid}`);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect([code, stdout]).toEqual([1, ""]);
    }
    first.child.kill("SIGINT");
    expect((await first.finished).code).toBe(1);
    expect(await readdir(run)).not.toContain("session.lock");
  });

  it("starts no service to resume a search that has everything", async () => {
    const run = workspace.file("run");
    expect((await workspace.run(...flags(run, "--budget", "2"))).code).toBe(0);
    const resumed = workspace.start("resume", run);
    const pids: unknown[] = [];
    void until("the end", async () => {
      pids.push(await servicePid(resumed, "coordinator"));
      return resumed.child.exitCode ?? undefined;
    });
    const { code, stderr } = await resumed.finished;
    expect(code).toBe(0);
    expect(stderr).toContain("has already finished");
    expect(pids.filter((pid) => pid !== undefined)).toEqual([]);
  });

  it("stops in order on Ctrl-C and counts what was evaluated", async () => {
    const run = workspace.file("run");
    const search = workspace.start(...flags(run, "--budget", "5000"));
    await eventsReach(run, 20);
    search.child.kill("SIGINT");
    const { code, stderr } = await search.finished;
    expect(code).toBe(1);
    expect(stderr).toContain("SIGINT: stopping, once more to stop at once");
    const events = await journalOf(run);
    const done = events.filter(({ type }) => type === "EvaluationCompleted").length;
    expect(stderr).toContain(`evaluated ${done} of 5000 (stopped by the user)`);
    expect(events.at(-1)?.type).toBe("SearchInterrupted");
  });

  it("stops in order when nobody reads its output any more", async () => {
    const run = workspace.file("run");
    const search = workspace.start(...flags(run, "--budget", "5000"));
    await eventsReach(run, 5);
    search.child.stderr?.destroy();
    search.child.stdout?.destroy();
    expect((await search.finished).code).toBe(1);
    expect((await journalOf(run)).at(-1)?.type).toBe("SearchInterrupted");
    const left = await readdir(run);
    expect(left.filter((name) => name.endsWith(".lock"))).toEqual([]);
  });
});
