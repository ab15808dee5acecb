import { CollmError } from "@collm/errors";
import { openPackedImages, type PackedImages } from "@collm/images";
import type { Manifest, ManifestImages } from "@collm/supernet";

/** Turns a manifest's image value (a path or a name like `demo:validation`) into a file's path. */
export type ImageLocator = (value: string) => Promise<string>;

export type Split = keyof ManifestImages;

/**
 * Opens a split's packed images. Throws `failed-precondition` when the manifest names none, and
 * `invalid-argument` when they do not fit the supernet or the recipe.
 */
export async function openSplit(
  manifest: Manifest,
  split: Split,
  locate: ImageLocator,
): Promise<PackedImages> {
  const value = manifest.images[split];
  if (value === undefined) {
    throw new CollmError(
      "failed-precondition",
      `images.${split}: ${manifest.file} names none, and this needs them`,
    );
  }
  const images = await openPackedImages(await locate(value));
  try {
    checkFit(manifest, split, images);
    return images;
  } catch (error) {
    await images.close();
    throw error;
  }
}

function checkFit(manifest: Manifest, split: Split, images: PackedImages): void {
  const { classes } = manifest.spec;
  const outside = images.labels.find((label) => label < 0 || label >= classes);
  if (outside !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `images.${split}: got class ${outside} in ${images.path}, allowed is 0 to ${classes - 1}`,
    );
  }
  const { calibrationImages } = manifest.recipe;
  if (split === "calibration" && images.count < calibrationImages) {
    throw new CollmError(
      "invalid-argument",
      `recipe.calibrationImages: got ${calibrationImages}, ${images.path} holds ${images.count}`,
    );
  }
}

/** Whether the recipe needs calibration images. */
export function isCalibrated(manifest: Manifest): boolean {
  return manifest.recipe.batchNorm !== "running";
}
