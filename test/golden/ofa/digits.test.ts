import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSafetensors, type TensorSource } from "@collm/checkpoint";
import { ensureDemoImages } from "@collm/demo";
import {
  combineStatistics,
  type BatchStatistics,
  buildCalibrationGraph,
  buildInferenceGraph,
  loadManifest,
  openSupernet,
  runningStatistics,
  type Subnet,
  type Supernet,
} from "@collm/supernet";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The demo supernet against a second, plain PyTorch implementation in double precision
 * (packages/demo/trainer/golden.py), from image files to logits.
 */
interface Golden {
  readonly subnets: Readonly<Record<string, GoldenSubnet>>;
}

interface GoldenSubnet {
  readonly architecture: { readonly r: number };
  readonly macs: number;
  readonly params: number;
  /** Of the first 4 validation images. */
  readonly logitsRunning: readonly (readonly number[])[];
  /** After re-estimation on calibration images 0-99 and 100-199. */
  readonly logitsCalibrated: readonly (readonly number[])[];
  /** L2 norms of the same re-estimation, by BatchNorm. */
  readonly statisticsNorms: Readonly<Record<string, { mean: number; variance: number }>>;
}

/** Float32 against double: 2e-4 of the logits' RMS, 1e-4 of a vector's norm (test/golden/ofa). */
const logitsTolerance = 2e-4;
const statisticsTolerance = 1e-4;

const demoUrl = new URL("../../../packages/demo/", import.meta.url);
const cacheDir = fileURLToPath(new URL("../../../.cache/demo", import.meta.url));
const goldenUrl = new URL("golden/digits.json", demoUrl);
const hasGolden = existsSync(goldenUrl);
const golden: Golden = hasGolden
  ? (JSON.parse(readFileSync(goldenUrl, "utf8")) as Golden)
  : { subnets: {} };

describe.skipIf(!hasGolden)("the demo supernet against PyTorch (skipped without packages/demo/golden/digits.json)", () => {
  let supernet: Supernet;
  let calibration: TensorSource;
  let validation: TensorSource;

  beforeAll(async () => {
    supernet = await openSupernet(await loadManifest(fileURLToPath(new URL("digits.yaml", demoUrl))));
    const paths = await ensureDemoImages(cacheDir, ["calibration", "validation"]);
    calibration = await openSafetensors(paths.calibration);
    validation = await openSafetensors(paths.validation);
  });

  afterAll(async () => {
    await calibration.close();
    await validation.close();
  });

  it.each(Object.entries(golden.subnets))("gives costs, statistics and logits of subnet %s", async (_, reference) => {
    const outcome = supernet.subnetOfNotation(reference.architecture);
    if (outcome.kind === "illegal") throw new Error(outcome.reasons.join());
    const { subnet } = outcome;
    expect(subnet.cost).toMatchObject({ macs: reference.macs, paramsCount: reference.params });

    const images = await pixels(subnet, validation, 0, 4);
    const running = await logitsOf(subnet, runningStatistics(subnet), images);
    expect(relativeError(running, reference.logitsRunning)).toBeLessThan(logitsTolerance);

    const batches = [await pixels(subnet, calibration, 0, 100), await pixels(subnet, calibration, 100, 200)];
    const statistics = await calibrate(subnet, batches);
    expect([...statistics.keys()].sort()).toEqual(Object.keys(reference.statisticsNorms).sort());
    for (const [key, norms] of Object.entries(reference.statisticsNorms)) {
      const { mean = [], variance = [] } = statistics.get(key) ?? {};
      expect(Math.abs(Math.hypot(...mean) / norms.mean - 1)).toBeLessThan(statisticsTolerance);
      expect(Math.abs(Math.hypot(...variance) / norms.variance - 1)).toBeLessThan(statisticsTolerance);
    }
    const calibrated = await logitsOf(subnet, statistics, images);
    expect(relativeError(calibrated, reference.logitsCalibrated)).toBeLessThan(logitsTolerance);
  });
});

/** Images `[begin, end)` of a split as they enter the network: `[end - begin, 3, r, r]`. */
async function pixels(subnet: Subnet, split: TensorSource, begin: number, end: number): Promise<Tensor> {
  const size = subnet.resolution;
  const { data } = await split.read(`images.${size}`); // uint8 [n, r, r, 3]
  const area = size * size;
  const planes = new Float32Array((end - begin) * 3 * area);
  for (let i = 0; i < planes.length; i++) {
    const image = begin + Math.floor(i / (3 * area));
    const channel = Math.floor(i / area) % 3;
    const value = Number(data[(image * area + (i % area)) * 3 + channel]) / 255;
    const { mean, std } = subnet.normalize;
    planes[i] = (value - (mean[channel] as number)) / (std[channel] as number);
  }
  return new Tensor("float32", planes, [end - begin, 3, size, size]);
}

async function run(model: Uint8Array, images: readonly Tensor[]): Promise<readonly Outputs[]> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, graphOptimizationLevel: "all" });
  const outputs: Outputs[] = [];
  for (const batch of images) outputs.push(await session.run({ images: batch }));
  await session.release();
  return outputs;
}

type Outputs = InferenceSession.OnnxValueMapType;

async function logitsOf(subnet: Subnet, statistics: BatchStatistics, images: Tensor): Promise<Float32Array> {
  const [outputs] = await run(buildInferenceGraph(subnet, statistics), [images]);
  return outputs?.logits?.data as Float32Array;
}

async function calibrate(subnet: Subnet, batches: readonly Tensor[]): Promise<BatchStatistics> {
  const outputs = await run(buildCalibrationGraph(subnet), batches);
  const observations = outputs.map(({ means, variances }, i) => ({
    imagesCount: batches[i]?.dims[0] as number,
    side: batches[i]?.dims[2] as number,
    means: means?.data as Float32Array,
    variances: variances?.data as Float32Array,
  }));
  return combineStatistics(subnet, observations, "weighted-mean");
}

/** Largest difference of a logit, relative to the RMS of its image's logits. */
function relativeError(actual: Float32Array, expected: readonly (readonly number[])[]): number {
  const errors = expected.map((logits, image) => {
    const rms = Math.hypot(...logits) / Math.sqrt(logits.length);
    const differences = logits.map((value, i) => value - (actual[image * logits.length + i] as number));
    return Math.max(...differences.map(Math.abs)) / rms;
  });
  return Math.max(...errors);
}
