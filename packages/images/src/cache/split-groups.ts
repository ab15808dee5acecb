import { realpath } from "node:fs/promises";
import { CollmError } from "@collm/errors";
import { familyImages } from "../families.js";
import type { ImageFolder } from "../folder/image-folder.js";
import { type ImageGroup, selectImages } from "../folder/selection.js";
import { selectCalibration, splitTrainFolder } from "../folder/split-train-folder.js";
import type { ImageNeed } from "./image-need.js";

/**
 * The images that a split takes from the folder it names: all, for calibration as many as the recipe
 * says, and when validation and calibration name one folder, disjoint parts of it. Throws
 * `invalid-argument` when a test folder is used for anything else.
 */
export async function groupsOfSplit(
  folder: ImageFolder,
  need: ImageNeed,
): Promise<readonly ImageGroup[]> {
  const { validation, calibration, test } = need.images;
  for (const [split, value] of Object.entries({ validation, calibration })) {
    if (await isSamePlace(test, value)) {
      throw new CollmError(
        "invalid-argument",
        `images.test: got ${test}, which images.${split} names too, ` +
          "allowed is another folder, since no search may see the test images",
      );
    }
  }
  if (need.split === "test") return selectImages(folder, { kind: "all" });
  const { split: rule } = familyImages(need.family);
  if (await isSamePlace(validation, calibration)) {
    return splitTrainFolder(folder, rule, need.calibrationImages)[need.split];
  }
  return need.split === "calibration"
    ? selectCalibration(folder, rule, need.calibrationImages)
    : selectImages(folder, { kind: "all" });
}

async function isSamePlace(a: string | undefined, b: string | undefined): Promise<boolean> {
  if (a === undefined || b === undefined) return false;
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => path)));
  return one === other;
}
