import { CollmError } from "@collm/errors";
import type { Selection } from "./folder/selection.js";
import type { Normalization } from "./normalization.js";
import type { Preprocessing } from "./preprocessing.js";

/** What a family's published weights were trained to see. */
export interface FamilyImages {
  readonly preprocessing: Preprocessing;
  readonly normalization: Normalization;
  /** Sizes that `collm images pack` makes when none are asked for: those of the published space. */
  readonly resolutions: readonly number[];
  readonly split: SplitRule;
}

/**
 * How a training folder is divided: images that a search measures on, held out, and images that
 * BatchNorm statistics are re-estimated with, from the rest. ImageNet's own validation folder stays
 * for the final test.
 */
export interface SplitRule {
  readonly validation: Exclude<Selection, { kind: "all" }>;
  /** Seed of the permutation whose first images are taken for calibration. */
  readonly calibrationSeed: number;
}

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

const table = {
  /** `imagenet.py` of once-for-all: torchvision on Pillow images. */
  "ofa-mobilenet-v3": {
    preprocessing: {
      kind: "shorter-side",
      shorterSide: "ceil(r / 0.875)",
      longerSide: "trunc(side * long / short)",
      filter: "pillow-bilinear",
      crop: "centre-half-even",
    },
    normalization: { ...imageNet, range: 1, channelOrder: "rgb" },
    resolutions: [160, 176, 192, 208, 224],
    /**
     * The original's `VALID_SEED` and `SUB_SEED` with PyTorch's own permutation. It takes calibration
     * images from the whole folder, held-out ones included; here those are passed over.
     */
    split: {
      validation: { kind: "limit", count: 10_000, seed: 2_147_483_647 },
      calibrationSeed: 937_162_211,
    },
  },
  /**
   * `imagenet_dataset.py` of SinglePathOneShot: OpenCV, BGR, bytes as they are. The original knows
   * 224 (from 256) only; other sizes keep its ratio.
   */
  "spos-shufflenet-v2": {
    preprocessing: {
      kind: "shorter-side",
      shorterSide: "ceil(r / 0.875)",
      longerSide: "trunc(side / short * long + 0.5)",
      filter: "opencv-linear",
      crop: "centre-half-even",
    },
    normalization: { mean: [0, 0, 0], std: [1, 1, 1], range: 255, channelOrder: "bgr" },
    resolutions: [224],
    /** 50 per class as in the paper (arXiv 1904.00420); which ones was never published. */
    split: { validation: { kind: "per-class", count: 50, seed: 0 }, calibrationSeed: 1 },
  },
  /** `lib/datasets.py` of AutoFormer: torchvision on Pillow images, bicubic. */
  autoformer: {
    preprocessing: {
      kind: "shorter-side",
      shorterSide: "trunc(256 / 224 * r)",
      longerSide: "trunc(side * long / short)",
      filter: "pillow-bicubic",
      crop: "centre-half-even",
    },
    normalization: { ...imageNet, range: 1, channelOrder: "rgb" },
    resolutions: [224],
    /** 100 per class as in `lib/subImageNet.py`, but not by Python's generator: other images. */
    split: { validation: { kind: "per-class", count: 100, seed: 0 }, calibrationSeed: 1 },
  },
} as const satisfies Record<string, FamilyImages>;

/** Families whose preprocessing is known. */
export const imageFamilies: readonly string[] = Object.keys(table);

/** A family's preprocessing. Throws `invalid-argument` for an unknown family. */
export function familyImages(family: string): FamilyImages {
  if (isKnown(family)) return table[family];
  throw new CollmError(
    "invalid-argument",
    `family: got "${family}", allowed are ${imageFamilies.join(", ")}`,
  );
}

function isKnown(family: string): family is keyof typeof table {
  return Object.hasOwn(table, family);
}
