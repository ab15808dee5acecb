import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CollmError } from "@collm/errors";
import { openFileCheckpointStore } from "@collm/journal";
import { type CheckpointStore, type EvaluationCheckpoint, evaluationKey } from "@collm/search";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "./executor.js";
import { canonical, hostedSupernet, memoryStore, runnerOf } from "./hosted.fixture.js";
import { pretendToMeasure } from "./pretend-to-measure.js";

const contextDigest = "c".repeat(64);
const task = { supernet: "tiny", canonical, contextDigest };
const key = evaluationKey(canonical, contextDigest);
const never = { signal: new AbortController().signal };
const images = 1_000;

/** An evaluation that takes `ms` and says with how many images it began. */
function slow(ms: number) {
  const firsts: number[] = [];
  const measure: Executor["measure"] = async (_, __, options) => {
    let hasBegun = false;
    const seconds = await pretendToMeasure(images, ms, {
      ...options,
      onProgress: (progress) => {
        if (!hasBegun) firsts.push(progress.imagesDone);
        hasBegun = true;
        options.onProgress?.(progress);
      },
    });
    return { top1Percent: 60, images, phaseSeconds: { run: seconds } };
  };
  return { firsts, hosted: [hostedSupernet(measure)] };
}

describe("an evaluation with checkpoints", { timeout: 30_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "collm-checkpoints-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is suspended with its checkpoint written, goes on there, and leaves none", async () => {
    const directory = join(folder, "suspended");
    const checkpoints = { store: openFileCheckpointStore(directory), everyMs: 60_000 };
    const first = runnerOf(slow(2_000).hosted, { checkpoints });
    let advance: () => void = () => undefined;
    const hasAdvanced = new Promise<void>((resolve) => {
      advance = resolve;
    });
    const interrupted = first.runner.run(task, {
      ...never,
      onProgress: ({ imagesDone }) => imagesDone > 0 && advance(),
    });
    await hasAdvanced;
    first.runner.suspend();
    expect(await interrupted).toMatchObject({
      kind: "failed",
      code: "unavailable",
      message: "the evaluator is shutting down",
      isRetryable: true,
    });
    // Not a moment later.
    const left = await checkpoints.store.read(key);
    expect(left?.imagesDone).toBeGreaterThan(0);
    expect(await first.runner.run(task, never)).toMatchObject({ code: "unavailable" });

    const { firsts, hosted } = slow(100);
    const second = runnerOf(hosted, { checkpoints });
    const outcome = await second.runner.run(task, never);
    expect(outcome).toMatchObject({ kind: "completed", result: { images } });
    expect(firsts).toEqual([left?.imagesDone]);
    expect(await readdir(directory)).toEqual([]);
    // Both pieces together.
    const seconds = outcome.kind === "completed" ? outcome.result.seconds : 0;
    expect(seconds).toBeGreaterThan(left?.seconds.run ?? Number.NaN);
    const done = async ({ metrics }: typeof second) =>
      Number(/evaluation_images_total\{phase="run".*\} (\d+)/.exec(await metrics.render())?.[1]);
    expect((await done(first)) + (await done(second))).toBe(images);
    expect(await second.metrics.render()).toMatch(/evaluations_continued_total\{.*\} 1/);
  });

  test("takes some while it runs, so that a kill costs no more than the last", async () => {
    const written: EvaluationCheckpoint[] = [];
    const directory = join(folder, "often");
    const file = openFileCheckpointStore(directory);
    const store: CheckpointStore = {
      ...file,
      write: async (own, checkpoint) => {
        written.push(checkpoint);
        await file.write(own, checkpoint);
      },
    };
    const { runner } = runnerOf(slow(400).hosted, { checkpoints: { store, everyMs: 40 } });
    await runner.run(task, never);
    const done = written.map(({ imagesDone }) => imagesDone);
    expect(done.length).toBeGreaterThan(2);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(await readdir(directory)).toEqual([]);
  });

  const fitting: EvaluationCheckpoint = {
    plan: { calibrationImages: 0, calibrationBatchSize: 0, channels: 0, images, batchSize: 1 },
    imagesDone: 500,
    top1Count: 0,
    top5Count: 0,
    seconds: { build: 0, calibrate: 0, run: 1 },
  };
  test.each<[string, CheckpointStore["read"], number]>([
    ["goes on from one that fits", async () => fitting, 500],
    [
      "ignores one of other images",
      async () => ({ ...fitting, plan: { ...fitting.plan, images: 2_000 } }),
      0,
    ],
    [
      "ignores one of other batches",
      async () => ({ ...fitting, plan: { ...fitting.plan, batchSize: 4 } }),
      0,
    ],
    ["ignores one beyond the end", async () => ({ ...fitting, imagesDone: 1_001 }), 0],
    ["ignores impossible counts", async () => ({ ...fitting, top5Count: 501 }), 0],
    [
      "ignores one that is damaged",
      () => Promise.reject(new CollmError("data-loss", "checkpoint x: is damaged")),
      0,
    ],
  ])("%s", async (_, read, expected) => {
    const removed: string[] = [];
    const store: CheckpointStore = {
      read,
      write: () => Promise.reject(new CollmError("resource-exhausted", "the disk is full")),
      remove: async (own) => void removed.push(own),
    };
    const { firsts, hosted } = slow(40);
    const { runner } = runnerOf(hosted, {
      store: memoryStore(),
      checkpoints: { store, everyMs: 10 },
    });
    expect(await runner.run(task, never)).toMatchObject({ kind: "completed" });
    expect(firsts).toEqual([expected]);
    expect(removed).toEqual([key]);
  });
});
