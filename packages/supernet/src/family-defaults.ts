import type { SpaceSpec } from "@collm/search-space";
import type { Normalization, Recipe } from "./manifest.js";

/** What a manifest need not say, because the family's original code settles it. */
export interface FamilyDefaults {
  readonly normalize: Normalization;
  readonly recipe: Recipe;
}

const imageNet: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/**
 * - once-for-all: 2,000 training images in batches of 200, averaged by batch size.
 * - SPOS: bytes as they are, blue first; 200 batches of 128 training images, running average.
 * - AutoFormer: no BatchNorm, so nothing to re-estimate.
 */
export const familyDefaults = {
  "ofa-mobilenet-v3": {
    normalize: imageNet,
    recipe: { calibrationImages: 2_000, batchSize: 200, batchNorm: "weighted-mean" },
  },
  "spos-shufflenet-v2": {
    normalize: { mean: [0, 0, 0], std: [1, 1, 1], range: 255, channelOrder: "bgr" },
    recipe: { calibrationImages: 25_600, batchSize: 128, batchNorm: "exponential" },
  },
  autoformer: {
    normalize: imageNet,
    recipe: { calibrationImages: 1, batchSize: 1, batchNorm: "running" },
  },
} as const satisfies Record<SpaceSpec["family"], FamilyDefaults>;
