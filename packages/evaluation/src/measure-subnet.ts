import { CollmError } from "@collm/errors";
import { type ImageSet, imageBatches } from "@collm/images";
import type { EvaluationPlan } from "@collm/search";
import {
  type BatchStatistics,
  buildInferenceGraph,
  graphNames,
  runningStatistics,
  type Subnet,
} from "@collm/supernet";
import { type CalibrationImages, calibrate, calibrationPlan } from "./calibrate.js";
import { type CheckpointOptions, MeasurementCourse } from "./measurement-course.js";
import { openNetwork } from "./network.js";
import type { EvaluationPhase, ProgressListener, StopSignal } from "./progress.js";
import { batchSizeOf, type RuntimeSettings } from "./runtime.js";
import { countRecognised } from "./top-k.js";

export interface MeasureOptions {
  readonly runtime: RuntimeSettings;
  /** Checked between batches. */
  readonly stop: StopSignal;
  readonly onProgress?: ProgressListener;
  /** Default: it begins at the beginning and takes no checkpoints. */
  readonly checkpoints?: CheckpointOptions | undefined;
}

export interface Measurement {
  readonly images: number;
  /** Images whose class was the first guess, or among the first five. */
  readonly top1Count: number;
  readonly top5Count: number;
  /** Seconds spent in each phase, those before the checkpoint that it went on from included. */
  readonly seconds: Readonly<Record<EvaluationPhase, number>>;
}

/**
 * Measures a subnet's accuracy: re-estimates its BatchNorm statistics (or, without calibration
 * images, keeps the checkpoint's), folds them in and counts the images it recognises. Going on from
 * a checkpoint of its own, it counts exactly what it would have counted without the interruption.
 */
export async function measureSubnet(
  subnet: Subnet,
  measured: ImageSet,
  calibration: CalibrationImages | undefined,
  options: MeasureOptions,
): Promise<Measurement> {
  const { runtime, stop, onProgress, checkpoints } = options;
  const plan = evaluationPlan(subnet, measured, calibration, runtime);
  const course = new MeasurementCourse(plan, checkpoints, stop);
  course.enter("calibrate");
  const statistics = await statisticsAlong(course, subnet, calibration, options);

  course.enter("build");
  const imagesTotal = measured.count;
  onProgress?.({ phase: "build", imagesDone: 0, imagesTotal });
  const network = await openNetwork(buildInferenceGraph(subnet, statistics), runtime);
  try {
    course.enter("run");
    const first = course.reached.imagesDone;
    onProgress?.({ phase: "run", imagesDone: first, imagesTotal });
    for (const batch of imageBatches(measured, subnet.normalize, plan.batchSize, first)) {
      course.throwIfStopped();
      const { logits } = await network.run(batch, [graphNames.logits]);
      if (!logits.every(Number.isFinite)) {
        throw new CollmError(
          "internal",
          `${subnet.canonical}: its logits are not finite numbers, so weights or statistics are broken`,
        );
      }
      const recognised = countRecognised(logits, batch.labels, subnet.classes);
      const { top1Count, top5Count } = course.reached;
      const imagesDone = course.reached.imagesDone + batch.imagesCount;
      course.advance({
        imagesDone,
        top1Count: top1Count + recognised.top1,
        top5Count: top5Count + recognised.top5,
      });
      onProgress?.({ phase: "run", imagesDone, imagesTotal });
    }
  } finally {
    await network.release();
  }
  const { imagesDone: images, top1Count, top5Count } = course.reached;
  return { images, top1Count, top5Count, seconds: course.seconds };
}

/** What a measurement goes through; checkpoints of another plan do not fit. */
export function evaluationPlan(
  subnet: Subnet,
  measured: ImageSet,
  calibration: CalibrationImages | undefined,
  runtime: RuntimeSettings,
): EvaluationPlan {
  return {
    ...calibrationPlan(subnet, calibration),
    images: measured.count,
    batchSize: batchSizeOf(runtime, [measured.resolution, measured.resolution]),
  };
}

/** Statistics by the recipe: re-estimated, or without calibration images the checkpoint's own. */
export async function statisticsOf(
  subnet: Subnet,
  calibration: CalibrationImages | undefined,
  options: Omit<MeasureOptions, "checkpoints">,
): Promise<BatchStatistics> {
  const plan = { ...calibrationPlan(subnet, calibration), images: 0, batchSize: 1 };
  const course = new MeasurementCourse(plan, undefined, options.stop);
  return await statisticsAlong(course, subnet, calibration, options);
}

async function statisticsAlong(
  course: MeasurementCourse,
  subnet: Subnet,
  calibration: CalibrationImages | undefined,
  options: Omit<MeasureOptions, "checkpoints">,
): Promise<BatchStatistics> {
  return calibration
    ? await calibrate(course, subnet, calibration, options)
    : runningStatistics(subnet);
}
