import {
  batchSizeOf,
  calibrationImages,
  openNetwork,
  type RuntimeSettings,
  rankOf,
  statisticsOf,
} from "@collm/evaluation";
import { imageBatches } from "@collm/images";
import type { Architecture } from "@collm/search-space";
import { buildInferenceGraph, graphNames } from "@collm/supernet";
import type { DemoSupernet } from "../demo.js";

/** A subnet with what it got right. */
export interface MeasuredNetwork {
  readonly architecture: Architecture;
  readonly resolution: number;
  readonly macs: number;
  /** 1 for each validation image whose class was the first guess, else 0. */
  readonly isCorrect: Uint8Array;
}

/**
 * Measures a subnet as an evaluation does (same re-estimation, graph and batches), but keeps the
 * outcome of each image.
 */
export async function measureCorrectness(
  demo: DemoSupernet,
  architecture: Architecture,
  runtime: RuntimeSettings,
): Promise<MeasuredNetwork> {
  const { supernet } = demo;
  const subnet = supernet.subnet(architecture);
  const { resolution, normalize, classes, cost } = subnet;
  const measured = await demo.images("validation", resolution);
  const calibration = calibrationImages(
    await demo.images("calibration", resolution),
    supernet.manifest.recipe,
  );
  const statistics = await statisticsOf(subnet, calibration, {
    runtime,
    stop: new AbortController().signal,
  });
  const network = await openNetwork(buildInferenceGraph(subnet, statistics), runtime);
  const isCorrect = new Uint8Array(measured.count);
  let image = 0;
  try {
    const batchSize = batchSizeOf(runtime, [resolution, resolution]);
    for (const batch of imageBatches(measured, normalize, batchSize)) {
      const { logits } = await network.run(batch, [graphNames.logits]);
      batch.labels.forEach((label, i) => {
        const own = logits.subarray(i * classes, (i + 1) * classes);
        isCorrect[image++] = rankOf(label, own) === 0 ? 1 : 0;
      });
    }
  } finally {
    await network.release();
  }
  return { architecture, resolution, macs: cost.macs, isCorrect };
}

/** Accuracy in percent over all images, or over every second one beginning with `half`. */
export function top1Percent({ isCorrect }: MeasuredNetwork, half?: 0 | 1): number {
  const step = half === undefined ? 1 : 2;
  let right = 0;
  let images = 0;
  for (let image = half ?? 0; image < isCorrect.length; image += step) {
    right += isCorrect[image] as number;
    images++;
  }
  return (100 * right) / images;
}
