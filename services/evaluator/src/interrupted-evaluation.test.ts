import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createImageLocator } from "@collm/demo";
import { calibrationImages, measureSubnet, openSplit } from "@collm/evaluation";
import {
  bucketNames,
  connectNats,
  createKvCheckpointStore,
  createKvEvaluationStore,
  defaultPool,
  defaultQueueSettings,
  findWork,
  openBucket,
  provisionPool,
  provisionStreams,
  publishWork,
  takeWork,
} from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { createFolderLocator } from "@collm/images";
import { writeFormulaImages } from "@collm/images/testing";
import { EvaluatorServiceClient } from "@collm/proto";
import { callUnary, connect } from "@collm/rpc";
import { evaluationKey } from "@collm/search";
import { loadManifest, openSupernet } from "@collm/supernet";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type EvaluatorProcess, startEvaluatorProcess } from "./evaluator-process.fixture.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const demo = path("../../../packages/demo/");
const cacheDir = path("../../../.cache/demo");
const ackWaitMs = 1_000;
/** A tenth of it passes before an evaluation is interrupted: less than it still needs then. */
const drainMs = 3_000;
/** Some seconds of work. */
const images = 6_000;
/** Processes compile their sources first, on a machine that may have other work. */
const timeout = 180_000;
const patient = { timeout: 60_000, interval: 20 };

describeWithNats("an evaluation whose evaluators are stopped and killed", () => {
  let server: TestNatsServer;
  let folder: string;
  let manifest: string;
  const started: EvaluatorProcess[] = [];
  beforeAll(async () => {
    server = await TestNatsServer.start();
    folder = await mkdtemp(join(tmpdir(), "collm-interrupted-"));
    manifest = join(folder, "digits.yaml");
    const validation = join(folder, "validation.safetensors");
    await writeFormulaImages(validation, { count: images, classes: 10, resolutions: [28] });
    const text = await readFile(join(demo, "digits.yaml"), "utf8");
    const moved = text.replace("./weights", join(demo, "weights"));
    await writeFile(manifest, moved.replace("demo:validation", validation));
  });
  afterAll(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function startEvaluator() {
    const evaluator = await startEvaluatorProcess({
      COLLM_SUPERNETS: manifest,
      COLLM_CACHE_DIR: cacheDir,
      COLLM_NATS_URL: server.url,
      COLLM_ACK_WAIT_MS: String(ackWaitMs),
      COLLM_BEAT_MS: "300",
      COLLM_DRAIN_MS: String(drainMs),
      COLLM_CHECKPOINT_MS: "50",
    });
    started.push(evaluator);
    const { message } = evaluator;
    if (message?.kind !== "ready") throw new Error(evaluator.errors());
    /** A counter's value; 0 before it counted anything. */
    const counted = async (name: string): Promise<number> => {
      const page = await (await fetch(`http://127.0.0.1:${message.metricsPort}/metrics`)).text();
      const line = page.split("\n").find((one) => one.startsWith(`collm_${name}`));
      return Number(line?.split(" ").at(-1) ?? 0);
    };
    return {
      ...evaluator,
      address: `127.0.0.1:${message.port}`,
      calibrated: () => counted('evaluation_images_total{phase="calibrate"'),
      measured: () => counted('evaluation_images_total{phase="run"'),
      continued: () => counted("evaluations_continued_total"),
    };
  }

  test("is one evaluation in three pieces, calibrated once", { timeout }, async () => {
    const supernet = await openSupernet(await loadManifest(manifest));
    const { space } = supernet;
    const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
    const { canonical } = largest;

    const connection = await connectNats({ servers: [server.url], name: "test" });
    const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
    const queue = { ...defaultQueueSettings, ackWaitMs };
    await provisionStreams(connection, queue);
    const first = await startEvaluator();
    const client = connect(EvaluatorServiceClient, first.address);
    const described = await callUnary(client, "describeSupernet", { name: "digits" });
    client.close();
    const contextDigest = described.supernet?.contextDigest ?? "";
    const key = evaluationKey(canonical, contextDigest);
    await provisionPool(connection, defaultPool, queue);
    const results = createKvEvaluationStore(await bucket(bucketNames.evaluations));
    const checkpointBucket = await bucket(bucketNames.checkpoints);
    const checkpoints = createKvCheckpointStore(checkpointBucket, 2 ** 20);
    const work = {
      searchId: "s",
      candidateId: "1.1",
      supernet: "digits",
      canonical,
      contextDigest,
    };
    await publishWork(connection, defaultPool, { ...work, key, epoch: 0 });

    // One is stopped in the middle of its run.
    await vi.waitFor(async () => expect(await first.measured()).toBeGreaterThan(100), patient);
    expect(await first.calibrated()).toBe(supernet.manifest.recipe.calibrationImages);
    first.child.kill("SIGTERM");
    const stoppedAt = performance.now();
    expect(await first.exited).toEqual([0, null]);
    expect(performance.now() - stoppedAt).toBeLessThan(2 * drainMs);
    expect(first.errors()).toBe("");
    const afterStop = (await checkpoints.read(key))?.imagesDone ?? 0;
    expect(afterStop).toBeGreaterThan(100);
    expect(await results.read(key)).toBeUndefined();

    // The next is killed after a checkpoint of its own.
    const second = await startEvaluator();
    await vi.waitFor(async () => {
      expect((await checkpoints.read(key))?.imagesDone).toBeGreaterThan(afterStop);
      expect(await second.measured()).toBeGreaterThan(0);
    }, patient);
    expect(await second.calibrated()).toBe(0);
    expect(await second.continued()).toBe(1);
    second.child.kill("SIGKILL");
    await second.exited;
    const afterKill = (await checkpoints.read(key))?.imagesDone ?? 0;
    expect(afterKill).toBeGreaterThan(afterStop);
    expect(await results.read(key)).toBeUndefined();

    // The last one finishes it.
    const third = await startEvaluator();
    await vi.waitFor(async () => expect(await results.read(key)).toBeDefined(), patient);
    expect(await third.calibrated()).toBe(0);
    expect(await third.measured()).toBe(images - afterKill);
    await vi.waitFor(async () => {
      const left: string[] = [];
      for await (const name of await checkpointBucket.keys()) left.push(name);
      expect(left).toEqual([]);
    }, patient);
    third.child.kill("SIGTERM");
    expect(await third.exited).toEqual([0, null]);
    const result = await results.read(key);
    // Nothing is left in the queue.
    expect(
      await takeWork(await findWork(connection, defaultPool), connection, {
        beatMs: 300,
        waitMs: 2 * ackWaitMs,
      }),
    ).toBeUndefined();
    await connection.close();

    const load = async (split: "validation" | "calibration") => {
      const locate = createFolderLocator(createImageLocator(cacheDir), { cacheDir });
      const packed = await openSplit(supernet.manifest, split, locate);
      const set = await packed.load(28);
      await packed.close();
      return set;
    };
    const undisturbed = await measureSubnet(
      supernet.subnet(largest),
      await load("validation"),
      calibrationImages(await load("calibration"), supernet.manifest.recipe),
      {
        runtime: { executionProvider: "cpu", threads: 1 },
        stop: new AbortController().signal,
      },
    );
    expect(result).toMatchObject({
      images,
      top1Percent: (100 * undisturbed.top1Count) / images,
      top5Percent: (100 * undisturbed.top5Count) / images,
    });
  });
});
