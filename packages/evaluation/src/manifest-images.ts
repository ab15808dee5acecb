import { isDeepStrictEqual } from "node:util";
import { CollmError, withFile } from "@collm/errors";
import {
  familyImages,
  type ImageNeed,
  imageFamilies,
  isFolder,
  openPackedImages,
  type PackedImages,
} from "@collm/images";
import type { Manifest, ManifestImages } from "@collm/supernet";

/** Turns a manifest's image value (a path or a name like `demo:validation`) into a packed set's path. */
export type ImageLocator = (value: string, need: ImageNeed) => Promise<string>;

export type Split = keyof ManifestImages;

/**
 * Opens a split's packed images, for use at the sizes given; those of the search space by default.
 * Throws `failed-precondition` when the manifest names none, and `invalid-argument` when they do not
 * fit the supernet or the recipe.
 */
export async function openSplit(
  manifest: Manifest,
  split: Split,
  locate: ImageLocator,
  resolutions: readonly number[] = searchedResolutions(manifest),
): Promise<PackedImages> {
  const value = manifest.images[split];
  if (value === undefined) {
    throw new CollmError(
      "failed-precondition",
      `images.${split}: ${manifest.file} names none, and this needs them`,
    );
  }
  const { family } = manifest.spec;
  const { calibrationImages } = manifest.recipe;
  const need = { split, family, resolutions, images: manifest.images, calibrationImages };
  const path = await locate(value, need);
  const images = await withFile(`images.${split}`, path, () => openPackedImages(path));
  try {
    checkFit(manifest, split, images);
    return images;
  } catch (error) {
    await images.close();
    throw error;
  }
}

/** Sizes of the images that a search evaluates with. */
function searchedResolutions({ spec }: Manifest): readonly number[] {
  return "resolutions" in spec ? spec.resolutions : [spec.resolution];
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
  checkPreprocessing(manifest, split, images);
  const { calibrationImages } = manifest.recipe;
  if (split === "calibration" && images.count < calibrationImages) {
    throw new CollmError(
      "invalid-argument",
      `recipe.calibrationImages: got ${calibrationImages}, ${images.path} holds ${images.count}`,
    );
  }
}

/** A set that tells how it was made must have been made for this family; others are taken as they are. */
function checkPreprocessing(
  { spec: { family } }: Manifest,
  split: Split,
  { path, provenance }: PackedImages,
): void {
  if (!provenance || !imageFamilies.includes(family)) return;
  const { preprocessing } = familyImages(family);
  if (isDeepStrictEqual(provenance.preprocessing, preprocessing)) return;
  throw new CollmError(
    "invalid-argument",
    `images.${split}: got ${path}, packed for ${provenance.family}, allowed are images packed for ${family}`,
  );
}

/**
 * Packs the folders that the manifest names and the recipe needs, so that it does not happen where
 * somebody waits with a deadline. Throws as `openSplit`.
 */
export async function packFolders(manifest: Manifest, locate: ImageLocator): Promise<void> {
  if (manifest.weights.kind === "landscape") return;
  for (const split of ["validation", "calibration", "test"] as const) {
    const value = manifest.images[split];
    const isUnused = split === "calibration" && !isCalibrated(manifest);
    if (value === undefined || isUnused || !(await isFolder(value))) continue;
    const images = await openSplit(manifest, split, locate);
    await images.close();
  }
}

/** Whether the recipe needs calibration images. */
export function isCalibrated(manifest: Manifest): boolean {
  return manifest.recipe.batchNorm !== "running";
}
