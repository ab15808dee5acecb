import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bucketNames, connectNats, createDeadLetters, openBucket } from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone } from "../support/disturbed-search.js";
import { journalOf } from "../support/run-files.js";

describe("collm up", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
  });
  afterAll(() => workspace.remove());

  it.each([
    [["--coordinators", "2"], "--coordinators: got 2, allowed without --nats is 1"],
    [["--port", "x"], '--port: got "x", allowed is a whole number from 0 to 65535'],
    [["--real-time", "often"], '--real-time: got "often", allowed is a number from 0 to 10'],
    [["--nats", "nats://127.0.0.1:1"], "NATS: cannot connect to nats://127.0.0.1:1"],
  ])("refuses %j in one sentence", { timeout: 60_000 }, async (flags, sentence) => {
    const up = await workspace.run("up", "--supernet", landscapeManifest, ...flags);
    expect(up.code).not.toBe(0);
    expect(up.stderr).toContain(sentence);
  });
});

describeWithNats("a deployment on NATS", () => {
  let workspace: Workspace;
  let cluster: Cluster;
  beforeAll(async () => {
    workspace = await Workspace.create();
    cluster = await Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 1 });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
    await allProcessesGone(workspace);
    await workspace.remove();
  }, 60_000);

  const search = (run: string, supernet: string, ...flags: readonly string[]) =>
    workspace.run(
      ...["search", "--coordinator", cluster.address, "--out", workspace.file(run)],
      ...["--supernet", supernet, "--searcher", "random", ...flags],
    );

  it("is explained by doctor, before and after its coordinator", { timeout: 60_000 }, async () => {
    const bare = await TestNatsServer.start();
    const missing = await workspace.run("doctor", "--nats", bare.url);
    await bare.stop();
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("FAIL  stream COLLM_WORK: is missing; a coordinator makes it");
    expect(missing.stdout).toContain("FAIL  bucket COLLM_LEASES: is missing;");

    const sound = await workspace.run("doctor", "--nats", cluster.nats.url);
    expect(sound, sound.stdout).toMatchObject({ code: 0 });
    expect(sound.stdout).toMatch(
      /ok +evaluators: 1 with \d slots, pools default, supernets landscape/u,
    );
  });

  it("lists, retries and purges what was given up", { timeout: 60_000 }, async () => {
    const { url } = cluster.nats;
    const connection = await connectNats({ servers: [url], name: "test" });
    try {
      expect(await search("run", "landscape", "--budget", "4")).toMatchObject({ code: 0 });
      const events = await journalOf(workspace.file("run"));
      const request = events.find(({ type }) => type === "EvaluationRequested");
      if (request?.type !== "EvaluationRequested") throw new Error("no evaluation was requested");

      const bucket = await openBucket(connection, bucketNames.deadLetters, { replicas: 1 });
      const letters = createDeadLetters(bucket);
      const { key, canonical, searchId } = request;
      const reason = { code: "internal", message: "given up", isRetryable: false };
      const common = { epoch: 0, ...reason, deliveries: 5, at: new Date().toISOString() };
      await letters.write({ key, canonical, searchId, supernet: "landscape", ...common });
      await letters.write({ key: "COLLM_WORK/7", ...common });

      const listed = await workspace.run("evaluations", "list", "--nats", url);
      expect(listed.stdout.trim().split("\n")).toHaveLength(2);
      expect(listed.stdout).toContain("internal: given up");
      const retried = await workspace.run("evaluations", "retry", key, "--nats", url);
      expect(retried, retried.stderr).toMatchObject({ code: 0 });
      expect(await letters.read(key)).toBeUndefined();
      const unknown = await workspace.run("evaluations", "purge", "a@b", "--nats", url);
      expect(unknown.code).toBe(2);
      expect(unknown.stderr).toContain('key: got "a@b", no evaluation of that key was given up');
      expect(await workspace.run("evaluations", "purge", "--nats", url)).toMatchObject({ code: 0 });
      expect(await letters.list()).toEqual([]);
    } finally {
      await connection.close();
    }
  });

  it("serves a supernet by name and digest, and refuses another", { timeout: 60_000 }, async () => {
    const other = await search("other", "landscape@abcdef", "--budget", "2");
    expect(other.code).not.toBe(0);
    const served = /the evaluator serves (landscape@[0-9a-f]{64})/u.exec(other.stderr)?.[1];
    expect(served, other.stderr).toBeDefined();
    expect(await search("same", served ?? "", "--budget", "2")).toMatchObject({ code: 0 });
    await followsAgain(workspace.file("same"));
    const unknown = await search("unknown", "nothing", "--budget", "2");
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('supernet: got "nothing", evaluators serve landscape');
  });

  /** What `collm resume` makes of a run whose command was stopped after its first events. */
  async function followsAgain(run: string): Promise<void> {
    const journal = join(run, "events.jsonl");
    const whole = await readFile(journal, "utf8");
    await writeFile(journal, `${whole.split("\n").slice(0, 4).join("\n")}\n`);
    const resumed = await workspace.run("resume", run);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(await readFile(journal, "utf8")).toBe(whole);
  }

  it("runs searches for several limits at once, and shows them to others", {
    timeout: 60_000,
  }, async () => {
    const flags = ["--max-macs", "200k,400k", "--budget", "6", "--candidates", "3"];
    const both = await search("both", "landscape", ...flags);
    expect(both, both.stderr).toMatchObject({ code: 0 });
    expect(both.stderr).toContain("[400k] iteration 2: 3 of 3 proposed evaluated, 6/6 spent");

    const at = ["--coordinator", cluster.address];
    const runs = await workspace.run("runs", ...at, "--json");
    expect(runs, runs.stderr).toMatchObject({ code: 0 });
    const listed = JSON.parse(runs.stdout) as { searchId: string }[];
    expect(listed.map(({ searchId }) => searchId)).toEqual(
      expect.arrayContaining(["both-200k", "both-400k"]),
    );

    const watched = await workspace.run("watch", "both-200k", ...at, "--json", "--from", "3");
    const lines = watched.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual((await journalOf(workspace.file("both/both-200k"))).slice(2));
  });
});
