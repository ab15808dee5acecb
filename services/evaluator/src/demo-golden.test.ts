import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createImageLocator } from "@collm/demo";
import { estimateStatistics, openNetwork, openSplit } from "@collm/evaluation";
import { firstImages, type ImageBatch, type ImageSet, imageBatches } from "@collm/images";
import {
  type BatchStatistics,
  buildInferenceGraph,
  graphNames,
  loadManifest,
  openSupernet,
  runningStatistics,
  type Subnet,
  type Supernet,
} from "@collm/supernet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostedSupernets, hostSupernets } from "./host-supernets.js";

/**
 * The demo's reference outputs, computed with plain PyTorch in double precision from the same weight
 * file and image files (`packages/demo/trainer/golden.py`).
 */
interface Golden {
  readonly labels: readonly number[];
  readonly subnets: Readonly<Record<string, GoldenSubnet>>;
}

interface GoldenSubnet {
  readonly architecture: unknown;
  readonly macs: number;
  readonly params: number;
  /** Of the first 4 validation images. */
  readonly logitsRunning: readonly (readonly number[])[];
  /** After re-estimation on 200 calibration images in two batches. */
  readonly logitsCalibrated: readonly (readonly number[])[];
  /** By the recipe, in single precision. */
  readonly top1Percent: number;
}

const demo = fileURLToPath(new URL("../../../packages/demo/", import.meta.url));
const goldenPath = `${demo}golden/digits.json`;
const locateImages = createImageLocator(
  fileURLToPath(new URL("../../../.cache/demo", import.meta.url)),
);
const runtime = { executionProvider: "cpu", threads: 1 };
const stop = new AbortController().signal;

/** Largest difference of logits of size 1 to 10, for single-precision sums; 2e-5 holds here. */
const logitTolerance = 1e-4;
/** Two of 3,000 images whose best two guesses are equal but for rounding. */
const top1Tolerance = 0.067;

const golden: Golden = JSON.parse(await readFile(goldenPath, "utf8"));
const names = Object.keys(golden.subnets);

describe("the demo supernet", { timeout: 120_000 }, () => {
  let supernet: Supernet;
  let hosted: HostedSupernets;

  beforeAll(async () => {
    const manifestPath = `${demo}digits.yaml`;
    supernet = await openSupernet(await loadManifest(manifestPath));
    hosted = await hostSupernets([manifestPath], {
      runtime,
      workers: 1,
      imageMemoryBytes: 2 ** 30,
      locateImages,
      realTime: 0,
    });
  }, 120_000);
  afterAll(() => hosted?.close());

  test.each(names)("%s gives PyTorch's logits, with and without re-estimation", async (name) => {
    const { architecture, ...expected } = golden.subnets[name] as GoldenSubnet;
    const subnet = cut(supernet, architecture);
    expect(subnet.cost).toMatchObject({ macs: expected.macs, paramsCount: expected.params });
    const images = await load(supernet, "validation", subnet, 4);
    expect([...images.labels]).toEqual(golden.labels);
    const running = await logitsOf(subnet, runningStatistics(subnet), images);
    expectClose(running, expected.logitsRunning);

    const calibration = await load(supernet, "calibration", subnet, 200);
    const statistics = await estimateStatistics(
      subnet,
      imageBatches(calibration, subnet.normalize, 100),
      { runtime, mode: "weighted-mean", stop },
    );
    expectClose(await logitsOf(subnet, statistics, images), expected.logitsCalibrated);
  });

  test.each(names)("%s has PyTorch's accuracy when the evaluator measures it", async (name) => {
    const { architecture, top1Percent } = golden.subnets[name] as GoldenSubnet;
    const digits = hosted.supernets.get("digits");
    const legality = digits?.space.legality(architecture);
    if (legality?.kind !== "legal") throw new Error(`${name} is illegal`);
    const options = { signal: stop };
    const accuracy = await digits?.executor.measure(legality.architecture, "validation", options);
    expect(Math.abs((accuracy?.top1Percent ?? 0) - top1Percent)).toBeLessThan(top1Tolerance);
  });
});

function cut(supernet: Supernet, notation: unknown): Subnet {
  const outcome = supernet.subnetOfNotation(notation);
  if (outcome.kind === "illegal") throw new Error(outcome.reasons.join("; "));
  return outcome.subnet;
}

async function load(
  supernet: Supernet,
  split: "validation" | "calibration",
  subnet: Subnet,
  count: number,
): Promise<ImageSet> {
  const packed = await openSplit(supernet.manifest, split, locateImages);
  try {
    return firstImages(await packed.load(subnet.resolution), count);
  } finally {
    await packed.close();
  }
}

async function logitsOf(
  subnet: Subnet,
  statistics: BatchStatistics,
  images: ImageSet,
): Promise<Float32Array> {
  const network = await openNetwork(buildInferenceGraph(subnet, statistics), runtime);
  const [batch] = [...imageBatches(images, subnet.normalize, images.count)];
  const { logits } = await network.run(batch as ImageBatch, [graphNames.logits]);
  await network.release();
  return logits;
}

function expectClose(logits: Float32Array, expected: readonly (readonly number[])[]): void {
  const differences = expected.flat().map((value, i) => Math.abs(value - (logits[i] as number)));
  expect(Math.max(...differences)).toBeLessThan(logitTolerance);
}
