import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Worker } from "node:worker_threads";
import { evaluateSubnet } from "@collm/evaluation";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { openPackedImages } from "@collm/images";
import type { EvaluationCheckpoint } from "@collm/search";
import { loadManifest, openSupernet } from "@collm/supernet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostedSupernet } from "../hosted-supernet.js";
import { ImageCache } from "../image-cache.js";
import { loadHostedSupernet } from "../load-supernet.js";
import type { Job, JobResult } from "./messages.js";
import { spawnWorker } from "./spawn-worker.js";
import { WorkerPool } from "./worker-pool.js";

const runtime = { executionProvider: "cpu", threads: 1 };
const locateImages = async (value: string): Promise<string> => value;
const never = new AbortController().signal;
type MeasureJob = Extract<Job, { kind: "measure" }>;

/** Worker threads compile their sources first, on a machine that may have other work. */
const timeoutMs = 60_000;

let folder: string;
let manifestPath: string;
let pool: WorkerPool;
let supernet: HostedSupernet;
/** Every worker thread that was started, the oldest first. */
const workers: Worker[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-pool-"));
  manifestPath = await writeTinySupernet(folder, { images: 512 });
  pool = await WorkerPool.start({
    runtime,
    workers: 2,
    spawn: (settings) => {
      const worker = spawnWorker(settings);
      workers.push(worker);
      return worker;
    },
  });
  supernet = await loadHostedSupernet(manifestPath, {
    runtime,
    cache: new ImageCache(2 ** 20),
    pool: async () => pool,
    locateImages,
    realTime: 0,
  });
}, timeoutMs);
afterAll(async () => {
  await pool.close();
  await supernet.close();
  await rm(folder, { recursive: true });
});

describe("WorkerPool", { timeout: timeoutMs }, () => {
  test("measures what the same subnet gives without workers, and leaves the main thread free", async () => {
    const architecture = supernet.space.canonicalise(
      supernet.space.genes.map((gene) => gene.choices.length - 1),
    );
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const before = performance.eventLoopUtilization();
    delay.enable();
    const accuracy = await supernet.executor.measure(architecture, "validation", { signal: never });
    delay.disable();
    // Nanoseconds. The machine's other work may delay single turns, so not the maximum.
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
    // Inference on this thread would keep it busy for all of the time.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);

    const architecturePath = join(folder, "largest.json");
    await writeFile(architecturePath, JSON.stringify(supernet.space.notation(architecture)));
    const expected = await evaluateSubnet({
      manifestPath,
      architecturePath,
      split: "validation",
      locateImages,
      runtime,
    });
    expect(accuracy).toMatchObject({
      top1Percent: expected.top1Percent,
      top5Percent: expected.top5Percent,
      images: 512,
    });
  });

  test("runs jobs at the same time, each in a worker of its own", async () => {
    const architecture = supernet.space.cheapest("macs");
    const measure = () => supernet.executor.measure(architecture, "validation", { signal: never });
    const [first, second] = await Promise.all([measure(), measure()]);
    expect(second.top1Percent).toBe(first.top1Percent);
    expect(workers).toHaveLength(2);
  });

  test("stops a job between batches and then takes the next", async () => {
    const stop = new AbortController();
    // The flag is up before the worker looks at it, so the first look ends the job.
    const stopped = pool.run(await smallJob(), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    const result = await pool.run(await smallJob(), { signal: never });
    expect(result.kind).toBe("measured");
  });

  test("tells checkpoints, once more when it is stopped, and goes on from the last", async () => {
    const job = await smallJob();
    const whole = await pool.run(job, { signal: never });
    const stop = new AbortController();
    const told: EvaluationCheckpoint[] = [];
    const stopped = pool.run(
      { ...job, checkpoints: { everyMs: 0 } },
      {
        signal: stop.signal,
        onCheckpoint: (checkpoint) => {
          told.push(checkpoint);
          stop.abort(new Error("enough"));
        },
      },
    );
    await expect(stopped).rejects.toThrow("enough");
    const from = told.at(-1);
    expect(from?.imagesDone).toBeGreaterThanOrEqual(16);
    expect(from?.imagesDone).toBeLessThan(job.measured.count);
    const images: number[] = [];
    const rest = await pool.run(
      { ...job, checkpoints: { from, everyMs: 60_000 } },
      {
        signal: never,
        onProgress: ({ phase, imagesDone }) => phase === "run" && images.push(imagesDone),
      },
    );
    expect(images[0]).toBe(from?.imagesDone);
    const counts = (result: JobResult) =>
      result.kind === "measured" && { ...result.measurement, seconds: undefined };
    expect(counts(rest)).toEqual(counts(whole));
  });

  test("says at the start that a worker cannot be started", async () => {
    const broken = WorkerPool.start({
      runtime,
      workers: 1,
      spawn: (settings) => {
        const worker = spawnWorker(settings);
        void worker.terminate();
        return worker;
      },
    });
    await expect(broken).rejects.toThrow("evaluation worker died");
  });

  test("exports a model", async () => {
    const model = await supernet.executor.exportModel(supernet.space.cheapest("macs"), {
      signal: never,
    });
    expect(model.length).toBeGreaterThan(1000);
  });

  test("replaces a worker that dies and fails its job as one to repeat", async () => {
    const job = await smallJob();
    const isDead = workers[0]?.terminate();
    const failed = pool.run(job, { signal: never });
    await expect(failed).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    await isDead;
    const result = await pool.run(await smallJob(), { signal: never });
    expect(result.kind).toBe("measured");
    expect(workers).toHaveLength(3);
  });
});

async function smallJob(): Promise<MeasureJob> {
  const trained = await openSupernet(await loadManifest(manifestPath));
  const packed = await openPackedImages(join(folder, "validation.safetensors"));
  const subnet = trained.subnet(trained.space.cheapest("macs"));
  const measured = await packed.load(subnet.resolution);
  await packed.close();
  return { kind: "measure", subnet, measured, calibration: undefined, checkpoints: undefined };
}
