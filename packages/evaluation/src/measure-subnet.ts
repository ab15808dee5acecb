import { CollmError } from "@collm/errors";
import { firstImages, type ImageSet, imageBatches } from "@collm/images";
import {
  type BatchStatistics,
  buildInferenceGraph,
  graphNames,
  type Recipe,
  runningStatistics,
  type StatisticsMode,
  type Subnet,
} from "@collm/supernet";
import { estimateStatistics } from "./estimate-statistics.js";
import { openNetwork } from "./network.js";
import type { ProgressListener, StopSignal } from "./progress.js";
import { batchSizeOf, type RuntimeSettings } from "./runtime.js";
import { countRecognised } from "./top-k.js";

/** Images for re-estimation, how many form one batch of the estimate, and how batches combine. */
export interface CalibrationImages {
  readonly images: ImageSet;
  readonly batchSize: number;
  readonly mode: StatisticsMode;
}

export interface MeasureOptions {
  readonly runtime: RuntimeSettings;
  /** Checked between batches. */
  readonly stop: StopSignal;
  readonly onProgress?: ProgressListener;
}

/** Seconds spent in each phase. */
export interface PhaseSeconds {
  readonly build: number;
  readonly calibrate: number;
  readonly run: number;
}

export interface Measurement {
  readonly images: number;
  /** Images whose class was the first guess, or among the first five. */
  readonly top1Count: number;
  readonly top5Count: number;
  readonly seconds: PhaseSeconds;
}

/**
 * Measures a subnet's accuracy: re-estimates its BatchNorm statistics (or, without calibration
 * images, keeps the checkpoint's), folds them in and counts the images it recognises.
 */
export async function measureSubnet(
  subnet: Subnet,
  measured: ImageSet,
  calibration: CalibrationImages | undefined,
  options: MeasureOptions,
): Promise<Measurement> {
  const { runtime, stop, onProgress } = options;
  const started = performance.now();
  const statistics = await statisticsOf(subnet, calibration, options);
  const calibrated = performance.now();
  onProgress?.({ phase: "build", imagesDone: 0, imagesTotal: measured.count });
  const network = await openNetwork(buildInferenceGraph(subnet, statistics), runtime);
  const built = performance.now();
  let imagesDone = 0;
  let top1Count = 0;
  let top5Count = 0;
  try {
    onProgress?.({ phase: "run", imagesDone, imagesTotal: measured.count });
    const batchSize = batchSizeOf(runtime, [measured.resolution, measured.resolution]);
    for (const batch of imageBatches(measured, subnet.normalize, batchSize)) {
      stop.throwIfAborted();
      const { logits } = await network.run(batch, [graphNames.logits]);
      if (!logits.every(Number.isFinite)) {
        throw new CollmError(
          "internal",
          `${subnet.canonical}: its logits are not finite numbers, so weights or statistics are broken`,
        );
      }
      const recognised = countRecognised(logits, batch.labels, subnet.classes);
      top1Count += recognised.top1;
      top5Count += recognised.top5;
      imagesDone += batch.imagesCount;
      onProgress?.({ phase: "run", imagesDone, imagesTotal: measured.count });
    }
  } finally {
    await network.release();
  }
  return {
    images: imagesDone,
    top1Count,
    top5Count,
    seconds: {
      build: (built - calibrated) / 1000,
      calibrate: (calibrated - started) / 1000,
      run: (performance.now() - built) / 1000,
    },
  };
}

/** Statistics by the recipe: re-estimated, or without calibration images the checkpoint's own. */
export async function statisticsOf(
  subnet: Subnet,
  calibration: CalibrationImages | undefined,
  options: MeasureOptions,
): Promise<BatchStatistics> {
  if (!calibration) return runningStatistics(subnet);
  const { images, batchSize, mode } = calibration;
  const report = (imagesDone: number): void =>
    options.onProgress?.({ phase: "calibrate", imagesDone, imagesTotal: images.count });
  report(0);
  return await estimateStatistics(subnet, imageBatches(images, subnet.normalize, batchSize), {
    ...options,
    mode,
    onImages: report,
  });
}

/** The recipe's calibration images: the first ones of the packed set. */
export function calibrationImages(images: ImageSet, recipe: Recipe): CalibrationImages {
  const { calibrationImages: count, batchSize, batchNorm } = recipe;
  if (batchNorm === "running") throw new RangeError("the recipe re-estimates no statistics");
  return { images: firstImages(images, count), batchSize, mode: batchNorm };
}
