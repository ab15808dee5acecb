import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Worker } from "node:worker_threads";
import { evaluateSubnet } from "@collm/evaluation";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HostedSupernet } from "../hosted-supernet.js";
import { ImageCache } from "../image-cache.js";
import { loadHostedSupernet } from "../load-supernet.js";
import { spawnWorker } from "./spawn-worker.js";
import { WorkerPool } from "./worker-pool.js";

const runtime = { executionProvider: "cpu", threads: 1 };
const locateImages = async (value: string): Promise<string> => value;
const never = new AbortController().signal;

let folder: string;
let manifestPath: string;
let workers: Worker[];
let pool: WorkerPool | undefined;
let hosted: HostedSupernet | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-pool-"));
  manifestPath = await writeTinySupernet(folder, { images: 512 });
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await pool?.close();
  await hosted?.close();
});

async function host(count: number): Promise<HostedSupernet> {
  workers = [];
  const started = await WorkerPool.start({
    runtime,
    workers: count,
    spawn: (settings) => {
      const worker = spawnWorker(settings);
      workers.push(worker);
      return worker;
    },
  });
  pool = started;
  const loaded = await loadHostedSupernet(manifestPath, {
    runtime,
    cache: new ImageCache(2 ** 20),
    pool: async () => started,
    locateImages,
  });
  hosted = loaded;
  return loaded;
}

describe("WorkerPool", () => {
  test("measures what the same subnet gives without workers, and leaves the main thread free", async () => {
    const supernet = await host(1);
    const architecture = supernet.space.canonicalise(
      supernet.space.genes.map((gene) => gene.choices.length - 1),
    );
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const accuracy = await supernet.executor.measure(architecture, "validation", { signal: never });
    delay.disable();
    // Nanoseconds. The machine's other work may delay single turns, so not the maximum.
    expect(delay.percentile(95) / 1e6).toBeLessThan(50);

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
    const supernet = await host(2);
    const architecture = supernet.space.cheapest("macs");
    const measure = () => supernet.executor.measure(architecture, "validation", { signal: never });
    const [first, second] = await Promise.all([measure(), measure()]);
    expect(second.top1Percent).toBe(first.top1Percent);
    expect(workers).toHaveLength(2);
  });

  test("stops a job between batches and then takes the next", async () => {
    const supernet = await host(1);
    const architecture = supernet.space.cheapest("macs");
    const stop = new AbortController();
    const phases: string[] = [];
    const stopped = supernet.executor.measure(architecture, "validation", {
      signal: stop.signal,
      onProgress: ({ phase }) => {
        phases.push(phase);
        if (phase === "calibrate") stop.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(phases).not.toContain("run");
    const accuracy = await supernet.executor.measure(architecture, "validation", { signal: never });
    expect(accuracy.images).toBe(512);
  });

  test("replaces a worker that dies and fails its job as one to repeat", async () => {
    const supernet = await host(1);
    const architecture = supernet.space.cheapest("macs");
    const failed = supernet.executor.measure(architecture, "validation", {
      signal: never,
      onProgress: () => void workers[0]?.terminate(),
    });
    await expect(failed).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    const accuracy = await supernet.executor.measure(architecture, "validation", { signal: never });
    expect(accuracy.images).toBe(512);
    expect(workers).toHaveLength(2);
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
    const supernet = await host(1);
    const model = await supernet.executor.exportModel(supernet.space.cheapest("macs"), {
      signal: never,
    });
    expect(model.length).toBeGreaterThan(1000);
  });
});
