import { familyImages } from "@collm/images";
import type { SupernetSpec } from "@collm/search-space";
import type { Normalization, Recipe } from "./manifest.js";

/** What a manifest need not say, because the family's original code settles it. */
export interface FamilyDefaults {
  readonly normalize: Normalization;
  readonly recipe: Recipe;
}

/**
 * - once-for-all: 2,000 training images in batches of 200, averaged by batch size.
 * - SPOS: 200 batches of 128 training images, running average.
 * - AutoFormer: no BatchNorm, so nothing to re-estimate.
 */
const recipes = {
  "ofa-mobilenet-v3": { calibrationImages: 2_000, batchSize: 200, batchNorm: "weighted-mean" },
  "spos-shufflenet-v2": { calibrationImages: 25_600, batchSize: 128, batchNorm: "exponential" },
  autoformer: { calibrationImages: 1, batchSize: 1, batchNorm: "running" },
} as const satisfies Record<SupernetSpec["family"], Recipe>;

export function familyDefaults(family: SupernetSpec["family"]): FamilyDefaults {
  return { normalize: familyImages(family).normalization, recipe: recipes[family] };
}
