import { firstImages, type ImageSet, imageBatches } from "@collm/images";
import type { EvaluationPlan } from "@collm/search";
import {
  addBatch,
  type BatchStatistics,
  channelsOf,
  emptyStatistics,
  type Recipe,
  type StatisticsMode,
  type Subnet,
  statisticsByKey,
} from "@collm/supernet";
import { observeBatches } from "./estimate-statistics.js";
import type { MeasurementCourse } from "./measurement-course.js";
import type { ProgressListener } from "./progress.js";
import type { RuntimeSettings } from "./runtime.js";

/** Images for re-estimation, how many form one batch of the estimate, and how batches combine. */
export interface CalibrationImages {
  readonly images: ImageSet;
  readonly batchSize: number;
  readonly mode: StatisticsMode;
}

/** The recipe's calibration images: the first ones of the packed set. */
export function calibrationImages(images: ImageSet, recipe: Recipe): CalibrationImages {
  const { calibrationImages: count, batchSize, batchNorm } = recipe;
  if (batchNorm === "running") throw new RangeError("the recipe re-estimates no statistics");
  return { images: firstImages(images, count), batchSize, mode: batchNorm };
}

/** Calibration's part of a plan. */
export function calibrationPlan(
  subnet: Subnet,
  calibration: CalibrationImages | undefined,
): Pick<EvaluationPlan, "calibrationImages" | "calibrationBatchSize" | "channels"> {
  return {
    calibrationImages: calibration?.images.count ?? 0,
    calibrationBatchSize: calibration?.batchSize ?? 0,
    channels: calibration ? channelsOf(subnet) : 0,
  };
}

/** Re-estimates the statistics, from where the course stands: not at all if that is the end. */
export async function calibrate(
  course: MeasurementCourse,
  subnet: Subnet,
  { images, batchSize, mode }: CalibrationImages,
  options: { readonly runtime: RuntimeSettings; readonly onProgress?: ProgressListener },
): Promise<BatchStatistics> {
  const imagesTotal = images.count;
  let partial = course.reached.calibration ?? emptyStatistics(subnet, mode);
  const report = (): void =>
    options.onProgress?.({ phase: "calibrate", imagesDone: partial.imagesDone, imagesTotal });
  report();
  if (partial.imagesDone === imagesTotal) return statisticsByKey(subnet, partial);
  const batches = imageBatches(images, subnet.normalize, batchSize, partial.imagesDone);
  const check = (): void => course.throwIfStopped();
  for await (const observation of observeBatches(subnet, batches, options.runtime, check)) {
    partial = addBatch(subnet, partial, observation, { mode, imagesTotal });
    course.advance({ calibration: partial }, { isCostly: partial.imagesDone === imagesTotal });
    report();
  }
  return statisticsByKey(subnet, partial);
}
