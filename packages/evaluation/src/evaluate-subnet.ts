import type { ImageSet, PackedImages } from "@collm/images";
import type { Manifest } from "@collm/supernet";
import { type CalibrationImages, calibrationImages } from "./calibrate.js";
import { type ImageLocator, isCalibrated, openSplit, type Split } from "./manifest-images.js";
import { measureSubnet } from "./measure-subnet.js";
import { executionOf, openSubnet, type SubnetCommand } from "./open-subnet.js";
import type { ProgressListener } from "./progress.js";

export interface EvaluateCommand extends SubnetCommand {
  readonly split: "validation" | "test";
  readonly locateImages: ImageLocator;
  readonly onProgress?: ProgressListener;
}

/** A subnet's accuracy with its costs, as `collm subnet evaluate` prints it. */
export interface SubnetEvaluation {
  readonly split: "validation" | "test";
  /** On the test split: measured outside a finished search, so anybody may have looked before. */
  readonly isSealed?: false;
  readonly top1Percent: number;
  readonly top5Percent: number;
  readonly images: number;
  readonly macs: number;
  readonly officialFlops: number;
  readonly paramsCount: number;
}

/**
 * Measures a subnet by the manifest's recipe. Throws `failed-precondition` when the manifest names
 * no images of the split, or none for re-estimation although its recipe re-estimates.
 */
export async function evaluateSubnet(command: EvaluateCommand): Promise<SubnetEvaluation> {
  const { split, locateImages, onProgress } = command;
  const { manifest, subnet } = await openSubnet(command);
  const measured = await loadSplit(manifest, split, subnet.resolution, locateImages);
  const calibration = isCalibrated(manifest)
    ? await loadCalibration(manifest, subnet.resolution, locateImages)
    : undefined;
  const measurement = await measureSubnet(subnet, measured, calibration, {
    ...executionOf(command),
    ...(onProgress ? { onProgress } : {}),
  });
  const { images, top1Count, top5Count } = measurement;
  return {
    split,
    ...(split === "test" ? { isSealed: false } : {}),
    top1Percent: (100 * top1Count) / images,
    top5Percent: (100 * top5Count) / images,
    images,
    ...subnet.cost,
  };
}

/** The recipe's calibration images at one size. */
export async function loadCalibration(
  manifest: Manifest,
  resolution: number,
  locate: ImageLocator,
): Promise<CalibrationImages> {
  const images = await loadSplit(manifest, "calibration", resolution, locate);
  return calibrationImages(images, manifest.recipe);
}

async function loadSplit(
  manifest: Manifest,
  split: Split,
  resolution: number,
  locate: ImageLocator,
): Promise<ImageSet> {
  const images: PackedImages = await openSplit(manifest, split, locate, [resolution]);
  try {
    return await images.load(resolution);
  } finally {
    await images.close();
  }
}
