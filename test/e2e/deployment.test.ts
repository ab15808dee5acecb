import { bucketNames, connectNats, createDeadLetters, openBucket } from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone } from "../support/disturbed-search.js";
import { journalOf } from "../support/run-files.js";

describeWithNats("a deployment on NATS", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    await allProcessesGone(workspace);
    await workspace.remove();
  });

  it("is explained by doctor, before and after its coordinator", { timeout: 120_000 }, async () => {
    const bare = await TestNatsServer.start();
    const missing = await workspace.run("doctor", "--nats", bare.url);
    await bare.stop();
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("FAIL  stream COLLM_WORK: is missing; a coordinator makes it");

    const cluster = await Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 1 });
    try {
      const sound = await workspace.run("doctor", "--nats", cluster.nats.url);
      expect(sound, sound.stdout).toMatchObject({ code: 0 });
      expect(sound.stdout).toMatch(/ok +evaluators: 1 with \d slots, supernets landscape/u);
    } finally {
      await cluster.stop();
    }
  });

  it.each([
    [["--coordinators", "2"], "--coordinators: got 2, allowed without --nats is 1"],
    [["--port", "x"], '--port: got "x", allowed is a whole number from 0 to 65535'],
    [["--real-time", "often"], '--real-time: got "often", allowed is a number from 0 to 10'],
    [["--nats", "nats://127.0.0.1:1"], "NATS: cannot connect to nats://127.0.0.1:1"],
  ])("is refused by up %j in one sentence", { timeout: 60_000 }, async (flags, sentence) => {
    const up = await workspace.run("up", "--supernet", landscapeManifest, ...flags);
    expect(up.code).not.toBe(0);
    expect(up.stderr).toContain(sentence);
  });

  it("lists, retries and purges what was given up", { timeout: 120_000 }, async () => {
    const cluster = await Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 1 });
    const { url } = cluster.nats;
    const connection = await connectNats({ servers: [url], name: "test" });
    try {
      const run = workspace.file("run");
      const flags = ["--supernet", "landscape", "--searcher", "random", "--budget", "4"];
      const search = ["search", "--coordinator", cluster.address, "--out", run, ...flags];
      expect(await workspace.run(...search)).toMatchObject({ code: 0 });
      const request = (await journalOf(run)).find(({ type }) => type === "EvaluationRequested");
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
      await cluster.stop();
    }
  });

  it("serves a supernet by name and digest, and refuses another", {
    timeout: 120_000,
  }, async () => {
    const cluster = await Cluster.start(workspace, { manifest: landscapeManifest, evaluators: 1 });
    try {
      const search = (run: string, supernet: string) =>
        workspace.run(
          ...["search", "--coordinator", cluster.address, "--out", workspace.file(run)],
          ...["--supernet", supernet, "--searcher", "random", "--budget", "2"],
        );
      const other = await search("other", "landscape@abcdef");
      expect(other.code).not.toBe(0);
      const served = /the evaluator serves (landscape@[0-9a-f]{64})/u.exec(other.stderr)?.[1];
      expect(served, other.stderr).toBeDefined();
      expect(await search("same", served ?? "")).toMatchObject({ code: 0 });
      const unknown = await search("unknown", "nothing");
      expect(unknown.code).not.toBe(0);
      expect(unknown.stderr).toContain('supernet: got "nothing", this evaluator serves landscape');
    } finally {
      await cluster.stop();
    }
  });
});
