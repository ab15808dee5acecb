import { describe, expect, test } from "vitest";
import { familyImages, imageFamilies } from "../families.js";
import type { ImageFolder } from "./image-folder.js";
import { type ImageGroup, selectImages } from "./selection.js";
import { selectCalibration, splitTrainFolder } from "./split-train-folder.js";

/** `perClass` images of each of `classes` classes. */
function folderOf(classes: number, perClass: number): ImageFolder {
  const names = Array.from({ length: classes }, (_, label) => `class${label}`);
  return {
    directory: "/train",
    classes: names,
    images: names.flatMap((name, label) =>
      Array.from({ length: perClass }, (_, i) => ({ path: `${name}/${i}.jpg`, label })),
    ),
    ignoredFiles: 0,
  };
}

const all = (groups: readonly ImageGroup[]): readonly string[] =>
  groups.flatMap(({ candidates }) => candidates.map(({ path }) => path));

const taken = (groups: readonly ImageGroup[]): readonly string[] =>
  groups.flatMap(({ candidates, take }) => candidates.slice(0, take).map(({ path }) => path));

describe("selectImages", () => {
  const folder = folderOf(4, 10);

  test("takes all in order, or the first of a permutation, at most what there is", () => {
    expect(taken(selectImages(folder, { kind: "all" }))).toEqual(folder.images.map((i) => i.path));
    const limited = taken(selectImages(folder, { kind: "limit", count: 3, seed: 0 }));
    // torch.randperm(40) with seed 0 begins 4, 16, 21.
    expect(limited).toEqual([4, 16, 21].map((i) => folder.images[i]?.path));
    expect(taken(selectImages(folder, { kind: "limit", count: 99, seed: 0 }))).toHaveLength(40);
  });

  test("takes as many of each class, other ones with another seed", () => {
    const select = (seed: number): readonly ImageGroup[] =>
      selectImages(folder, { kind: "per-class", count: 3, seed });
    expect(select(1).map(({ candidates }) => candidates[0]?.label)).toEqual([0, 1, 2, 3]);
    expect(new Set(taken(select(1))).size).toBe(12);
    expect(taken(select(1))).toEqual(taken(select(1)));
    expect(taken(select(1))).not.toEqual(taken(select(2)));
  });
});

describe("splitTrainFolder", () => {
  test.each(imageFamilies)("of %s keeps validation and calibration apart", (family) => {
    const { split } = familyImages(family);
    for (const [folder, calibrationImages] of [
      [folderOf(3, 4), 5],
      [folderOf(10, 260), 500],
      [folderOf(7, 2000), 2000],
    ] as const) {
      const { validation, calibration } = splitTrainFolder(folder, split, calibrationImages);
      const heldOut = new Set(all(validation));
      // Stand-ins for corrupt images included.
      expect(all(calibration).filter((path) => heldOut.has(path))).toEqual([]);
      expect(taken(calibration)).toHaveLength(calibrationImages);
      expect(heldOut.size).toBe(all(validation).length);
      expect(heldOut.size).toBeGreaterThan(0);
    }
  });

  test("holds out once-for-all's 10,000, then passes them over for calibration", () => {
    const folder = folderOf(10, 1500);
    const { split } = familyImages("ofa-mobilenet-v3");
    const { validation, calibration } = splitTrainFolder(folder, split, 2000);
    expect(all(validation)).toEqual(taken(selectImages(folder, split.validation)));
    expect(all(validation)).toHaveLength(10_000);
    const heldOut = new Set(all(validation));
    const original = all(selectCalibration(folder, split, 2000));
    expect(all(calibration)).toEqual(original.filter((path) => !heldOut.has(path)));
  });

  test("leaves calibration its images, and takes what remains from all classes alike", () => {
    const { split } = familyImages("autoformer");
    const { validation } = splitTrainFolder(folderOf(5, 10), split, 40);
    expect(validation[0]?.candidates.map(({ label }) => label)).toEqual([
      0, 1, 2, 3, 4, 0, 1, 2, 3, 4,
    ]);
    expect(() => splitTrainFolder(folderOf(5, 10), split, 50)).toThrow(
      "recipe.calibrationImages: got 50, allowed is less than the 50 images of /train",
    );
  });
});
