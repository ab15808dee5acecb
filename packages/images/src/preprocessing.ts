import { createOpencvResampler } from "./resize/opencv-resampler.js";
import { createPillowResampler } from "./resize/pillow-resampler.js";
import type { Resampler, ResizeTarget, RgbImage, Window } from "./resize/rgb-image.js";
import { roundHalfEven } from "./resize/rounding.js";

/**
 * How an image becomes a square of bytes, as plain data: resized so that its shorter side has a
 * certain length, then cropped at the centre. What happens to the bytes after that is `Normalization`.
 */
export interface Preprocessing {
  readonly kind: "shorter-side";
  /** Length of the shorter side for images of `r` pixels. */
  readonly shorterSide: keyof typeof shorterSideRules;
  /** Length of the longer side, whose exact value is seldom whole. */
  readonly longerSide: keyof typeof longerSideRules;
  readonly filter: ResizeFilter;
  /** `round((side - r) / 2)`, where a half goes to the even neighbour, as torchvision's CenterCrop. */
  readonly crop: "centre-half-even";
}

export type ResizeFilter = "opencv-linear" | "pillow-bilinear" | "pillow-bicubic";

/** Double arithmetic in the original's order; every rule gives 256 at 224. */
const shorterSideRules = {
  "ceil(r / 0.875)": (resolution: number) => Math.ceil(resolution / 0.875),
  "trunc(256 / 224 * r)": (resolution: number) => Math.trunc((256 / 224) * resolution),
} as const;

const longerSideRules = {
  /** torchvision's Resize. */
  "trunc(side * long / short)": (side: number, long: number, short: number) =>
    Math.trunc((side * long) / short),
  /** SPOS's own OpencvResize. */
  "trunc(side / short * long + 0.5)": (side: number, long: number, short: number) =>
    Math.trunc((side / short) * long + 0.5),
} as const;

/** Shorter side in pixels before the crop to `resolution`. */
export function shorterSideOf(preprocessing: Preprocessing, resolution: number): number {
  return shorterSideRules[preprocessing.shorterSide](resolution);
}

/** Size after resizing, and the window that is cropped from it. */
export function resizeTarget(
  preprocessing: Preprocessing,
  image: { readonly width: number; readonly height: number },
  resolution: number,
): ResizeTarget {
  const { width, height } = image;
  const side = shorterSideOf(preprocessing, resolution);
  const longerSide = longerSideRules[preprocessing.longerSide];
  const size =
    width <= height
      ? { width: side, height: longerSide(side, height, width) }
      : { width: longerSide(side, width, height), height: side };
  return { ...size, window: centreWindow(size, resolution) };
}

function centreWindow(
  size: { readonly width: number; readonly height: number },
  resolution: number,
): Window {
  return {
    left: roundHalfEven((size.width - resolution) / 2),
    top: roundHalfEven((size.height - resolution) / 2),
    width: resolution,
    height: resolution,
  };
}

/** Gives an image's bytes at a resolution, `[resolution, resolution, 3]`. */
export type Preprocessor = (image: RgbImage, resolution: number) => Uint8Array<ArrayBuffer>;

/** A preprocessor with tables of its own; use one for many images. */
export function createPreprocessor(preprocessing: Preprocessing): Preprocessor {
  const resample = createResampler(preprocessing.filter);
  return (image, resolution) => resample(image, resizeTarget(preprocessing, image, resolution));
}

/** A resampler for a filter. */
export function createResampler(filter: ResizeFilter): Resampler {
  switch (filter) {
    case "opencv-linear":
      return createOpencvResampler();
    case "pillow-bilinear":
      return createPillowResampler("bilinear");
    case "pillow-bicubic":
      return createPillowResampler("bicubic");
  }
}
