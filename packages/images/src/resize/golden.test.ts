import { describe, expect, test } from "vitest";
import { familyImages } from "../families.js";
import { normalizationTable, normalizeInto } from "../normalization.js";
import { createPreprocessor, createResampler, resizeTarget } from "../preprocessing.js";
import { blockImage, waveImage } from "./formula.fixture.js";
import {
  type AutoformerGolden,
  type BilinearGolden,
  channelsFirst,
  readGolden,
  type SposGolden,
  sha256,
  whole,
} from "./golden.fixture.js";

/** The tensor of one image, `[3, r, r]`. */
function tensor(family: string, pixels: Uint8Array): Float32Array {
  const normalised = new Float32Array(pixels.length);
  const table = normalizationTable(familyImages(family).normalization);
  normalizeInto(normalised, pixels, pixels.length / 3, table);
  return normalised;
}

describe("SPOS's preprocessing, against OpenCV and the original transform", () => {
  const { preprocessing } = familyImages("spos-shufflenet-v2");
  const resample = createResampler(preprocessing.filter);
  const preprocess = createPreprocessor(preprocessing);

  test.each(readGolden<SposGolden>("spos").cases)("$W x $H", (reference) => {
    const image = waveImage(reference.image_id, reference.W, reference.H);
    const target = resizeTarget(preprocessing, image, 224);
    expect(target).toEqual({
      width: reference.resized_w,
      height: reference.resized_h,
      window: { left: reference.crop_left, top: reference.crop_top, width: 224, height: 224 },
    });
    const resized = channelsFirst(resample(image, whole(target)));
    expect(sha256(resized)).toBe(reference.sha256_resized_rgb_chw_u8);

    const input = tensor("spos-shufflenet-v2", preprocess(image, 224));
    expect([...input.subarray(0, 8)]).toEqual(reference.tensor_first8);
    expect(sha256(Uint8Array.from(input))).toBe(reference.sha256_tensor_bgr_chw_u8);
  });
});

describe("AutoFormer's preprocessing, against Pillow and torchvision", () => {
  const { preprocessing } = familyImages("autoformer");
  const resample = createResampler(preprocessing.filter);
  const preprocess = createPreprocessor(preprocessing);

  test.each(readGolden<AutoformerGolden>("autoformer").cases)("$w x $h", (reference) => {
    const image = blockImage(reference.w, reference.h);
    expect(sha256(image.pixels)).toBe(reference.input_sha256_u8_hwc);
    const target = resizeTarget(preprocessing, image, 224);
    const { width, height, window } = target;
    expect([width, height]).toEqual(reference.resized_wh);
    expect([window.left, window.top]).toEqual(reference.crop_left_top);
    expect(sha256(resample(image, whole(target)))).toBe(reference.resized_sha256_u8_hwc);

    const cropped = preprocess(image, 224);
    expect(sha256(cropped)).toBe(reference.cropped_sha256_u8_hwc);
    expect(sha256(tensor("autoformer", cropped))).toBe(reference.tensor_sha256_f32le);
  });
});

describe("once-for-all's preprocessing, against Pillow", () => {
  const { preprocessing } = familyImages("ofa-mobilenet-v3");
  const resample = createResampler(preprocessing.filter);

  test.each(readGolden<BilinearGolden>("pillow-bilinear").cases)(
    "$width x $height to $resolution",
    (reference) => {
      const image = blockImage(reference.width, reference.height);
      const target = resizeTarget(preprocessing, image, reference.resolution);
      expect(target).toEqual({
        width: reference.resizedWidth,
        height: reference.resizedHeight,
        window: {
          left: reference.left,
          top: reference.top,
          width: reference.resolution,
          height: reference.resolution,
        },
      });
      expect(sha256(resample(image, whole(target)))).toBe(reference.resizedSha256);
      expect(sha256(resample(image, target))).toBe(reference.croppedSha256);
    },
  );
});
