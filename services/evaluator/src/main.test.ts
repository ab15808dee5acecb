import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { openFileCheckpointStore } from "@collm/journal";
import { EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect } from "@collm/rpc";
import { evaluationKey } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startEvaluatorProcess } from "./evaluator-process.fixture.js";

const canonical = createSearchSpace(tinySpec).cheapest("macs").canonical;
/** Starting a process takes long while others use the machine. */
const timeoutMs = 60_000;

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-evaluator-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

/** Starts the service with an evaluation store in a folder. */
async function start(manifest: string, env: Readonly<Record<string, string>> = {}) {
  const started = await startEvaluatorProcess({
    COLLM_SUPERNETS: manifest,
    COLLM_EVALUATIONS_DIR: join(folder, "evaluations"),
    ...env,
  });
  child = started.child;
  return started;
}

describe("the evaluator process", () => {
  test("finishes the evaluation under way after SIGTERM if it takes no checkpoints", {
    timeout: timeoutMs,
  }, async () => {
    const { message, exited, errors } = await start(
      await writeTinySupernet(folder, { images: 4096 }),
      { COLLM_CHECKPOINT_MS: "0", COLLM_DRAIN_MS: String(timeoutMs) },
    );
    if (message?.kind !== "ready") throw new Error(errors());
    const client = connect(EvaluatorServiceClient, `127.0.0.1:${message.port}`);
    const { supernet } = await callUnary(client, "describeSupernet", { name: "tiny" });
    const request = {
      supernet: "tiny",
      canonical,
      contextDigest: supernet?.contextDigest ?? "",
      searchId: "s",
      candidateId: "1.1",
    };
    const kinds: (string | undefined)[] = [];
    for await (const { event } of callStream(client, "evaluate", request)) {
      // The worker is in the middle of it.
      if (kinds.length === 0) child?.kill("SIGTERM");
      kinds.push(event?.$case);
    }
    expect(kinds.at(0)).toBe("progress");
    expect(kinds.at(-1)).toBe("result");
    expect(await exited).toEqual([0, null]);
    expect(errors()).toBe("");
    expect(await readdir(join(folder, "evaluations"), { recursive: true })).not.toEqual([]);
    client.close();
  });

  test("interrupts a long evaluation soon after SIGTERM and leaves its checkpoint", {
    timeout: timeoutMs,
  }, async () => {
    const manifest = join(folder, "slow.yaml");
    await writeFile(manifest, JSON.stringify({ ...tinySpec, landscape: { delayMs: 600_000 } }));
    const { message, exited, errors } = await start(manifest, { COLLM_DRAIN_MS: "10000" });
    if (message?.kind !== "ready") throw new Error(errors());
    const client = connect(EvaluatorServiceClient, `127.0.0.1:${message.port}`);
    const { supernet } = await callUnary(client, "describeSupernet", { name: "slow" });
    const contextDigest = supernet?.contextDigest ?? "";
    const ids = { searchId: "s", candidateId: "1.1" };
    const events = callStream(client, "evaluate", {
      supernet: "slow",
      canonical,
      contextDigest,
      ...ids,
    });
    const rest = async (): Promise<void> => {
      for await (const _ of events);
    };
    await events.next();
    child?.kill("SIGTERM");
    await expect(rest()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("the evaluator is shutting down"),
    });
    expect(await exited).toEqual([0, null]);
    const checkpoints = openFileCheckpointStore(join(folder, "evaluations", "checkpoints"));
    expect(await checkpoints.read(evaluationKey(canonical, contextDigest))).toMatchObject({
      imagesDone: expect.any(Number),
    });
    client.close();
  });

  test("says in one sentence that a provider is not there and what is", {
    timeout: timeoutMs,
  }, async () => {
    const { message, exited, errors } = await start("none.yaml", { COLLM_PROVIDER: "cuda" });
    expect(message).toMatchObject({
      kind: "failed",
      message: 'execution provider: got "cuda", available here: cpu',
    });
    expect((await exited)[0]).toBe(2);
    expect(errors().trim().split("\n")).toHaveLength(1);
  });

  test("blames the configuration with exit code 2", { timeout: timeoutMs }, async () => {
    const { message, exited } = await start(join(folder, "none.yaml"));
    expect(message).toMatchObject({ kind: "failed", code: "invalid-argument" });
    expect((await exited)[0]).toBe(2);
  });
});
