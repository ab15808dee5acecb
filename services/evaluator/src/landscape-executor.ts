import { CollmError } from "@collm/errors";
import type { SearchSpace } from "@collm/search-space";
import type { Executor } from "./executor.js";
import { createLandscape, landscapeImages } from "./landscape.js";
import { pretendToMeasure } from "./pretend-to-measure.js";

/** Answers from a landscape after a pretended measuring time; needs no weights and no images. */
export function createLandscapeExecutor(
  space: SearchSpace,
  options: { readonly seed: number; readonly delayMs: number },
): Executor {
  const landscape = createLandscape(options.seed, space);
  return {
    measure: async (architecture, split, measuring) => {
      const seconds = await pretendToMeasure(landscapeImages, options.delayMs, measuring);
      const top1Percent = landscape.top1Percent(architecture, split);
      return {
        top1Percent,
        // Real networks miss about a third of their top-1 errors with five guesses.
        top5Percent: Math.round((100 - (100 - top1Percent) * 0.35) * 100) / 100,
        images: landscapeImages,
        phaseSeconds: { run: seconds },
      };
    },
    exportModel: async () => {
      throw new CollmError(
        "failed-precondition",
        "export: this supernet is a synthetic landscape and has no weights",
      );
    },
  };
}
