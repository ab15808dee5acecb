import { CollmError } from "@collm/errors";
import type { SplitRule } from "../families.js";
import type { FolderImage, ImageFolder } from "./image-folder.js";
import { type ImageGroup, selectImages } from "./selection.js";

/** `count` calibration images of a folder of their own. */
export function selectCalibration(
  folder: ImageFolder,
  rule: SplitRule,
  count: number,
): readonly ImageGroup[] {
  return selectImages(folder, { kind: "limit", count, seed: rule.calibrationSeed });
}

/**
 * Divides a training folder by a family's rule. The two parts are disjoint whatever images turn out
 * corrupt: held-out ones have no stand-ins, those of calibration images are never held out. A folder
 * too small for the rule gives validation what calibration leaves, of all classes alike. Throws
 * `invalid-argument` when calibration would leave nothing.
 */
export function splitTrainFolder(
  folder: ImageFolder,
  rule: SplitRule,
  calibrationImages: number,
): { readonly validation: readonly ImageGroup[]; readonly calibration: readonly ImageGroup[] } {
  const room = folder.images.length - calibrationImages;
  if (room < 1) {
    throw new CollmError(
      "invalid-argument",
      `recipe.calibrationImages: got ${calibrationImages}, allowed is less than the ` +
        `${folder.images.length} images of ${folder.directory}, which validation takes its images from too`,
    );
  }
  const heldOut = inTurn(selectImages(folder, rule.validation)).slice(0, room);
  const isHeldOut = new Set(heldOut);
  const calibration = selectCalibration(folder, rule, calibrationImages).map(
    ({ take, candidates }): ImageGroup => ({
      take,
      candidates: candidates.filter((image) => !isHeldOut.has(image)),
    }),
  );
  return { validation: [{ take: heldOut.length, candidates: heldOut }], calibration };
}

/** The wanted images of all groups, one of each group in turn. */
function inTurn(groups: readonly ImageGroup[]): readonly FolderImage[] {
  const longest = groups.reduce((most, { take }) => Math.max(most, take), 0);
  return Array.from({ length: longest }, (_, rank) => rank).flatMap((rank) =>
    groups.flatMap(({ take, candidates }) => (rank < take ? candidates.slice(rank, rank + 1) : [])),
  );
}
