import { describe, expect, test } from "vitest";
import { familyImages } from "../families.js";
import {
  createPreprocessor,
  createResampler,
  resizeTarget,
  shorterSideOf,
} from "../preprocessing.js";
import { blockImage } from "./formula.fixture.js";
import { sha256, whole } from "./golden.fixture.js";
import { pythonWithPillow, runPillow } from "./pillow.fixture.js";
import { crop } from "./rgb-image.js";

/** Sizes from tiny to large, with odd ratios; resolutions of the families and others. */
const sizes = [
  [500, 375],
  [375, 500],
  [33, 47],
  [1, 9],
  [224, 256],
  [256, 224],
  [257, 610],
  [413, 412],
  [60, 12],
] as const;

const runs = [
  { family: "ofa-mobilenet-v3", filter: "bilinear", resolutions: [28, 128, 147, 224] },
  { family: "autoformer", filter: "bicubic", resolutions: [96, 224] },
] as const;

const skipped = pythonWithPillow === undefined ? " (skipped without Debian's python3-pil)" : "";

describe("createPillowResampler", () => {
  test.skipIf(pythonWithPillow === undefined)(`agrees with Pillow itself${skipped}`, () => {
    for (const { family, filter, resolutions } of runs) {
      const { preprocessing } = familyImages(family);
      const cases = sizes.flatMap(([width, height]) =>
        resolutions.map((resolution) => ({
          image: blockImage(width, height),
          side: shorterSideOf(preprocessing, resolution),
          resolution,
          filter,
        })),
      );
      const resample = createResampler(preprocessing.filter);
      const ours = cases.map(({ image, resolution }) => {
        const target = resizeTarget(preprocessing, image, resolution);
        return {
          resizedWidth: target.width,
          resizedHeight: target.height,
          left: target.window.left,
          top: target.window.top,
          resizedSha256: sha256(resample(image, whole(target))),
          croppedSha256: sha256(resample(image, target)),
        };
      });
      expect(ours).toEqual(runPillow(cases).results);
    }
  });

  test("gives the same window whether or not the rest is computed", () => {
    for (const filter of ["pillow-bilinear", "pillow-bicubic", "opencv-linear"] as const) {
      const resample = createResampler(filter);
      for (const [width, height] of sizes) {
        const image = blockImage(width, height);
        const target = {
          width: 61,
          height: 47,
          window: { left: 7, top: 3, width: 50, height: 40 },
        };
        const all = { width: 61, height: 47, pixels: resample(image, whole(target)) };
        expect(sha256(resample(image, target))).toBe(sha256(crop(all, target.window)));
      }
    }
  });

  test("copies an image that has the size already, whatever the filter", () => {
    const image = blockImage(256, 256);
    for (const family of ["ofa-mobilenet-v3", "spos-shufflenet-v2", "autoformer"]) {
      const preprocess = createPreprocessor(familyImages(family).preprocessing);
      const window = { left: 16, top: 16, width: 224, height: 224 };
      expect(sha256(preprocess(image, 224))).toBe(sha256(crop(image, window)));
    }
  });
});
