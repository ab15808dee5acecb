import { CollmError } from "@collm/errors";
import { sleep } from "@collm/rpc";
import type { SearchSpace } from "@collm/search-space";
import type { Executor } from "./executor.js";
import { createLandscape, landscapeImages } from "./landscape.js";

/** Steps that a pretended evaluation reports. */
const progressSteps = 4;

/** Answers from a landscape after a pretended measuring time; needs no weights and no images. */
export function createLandscapeExecutor(
  space: SearchSpace,
  options: { readonly seed: number; readonly delayMs: number },
): Executor {
  const landscape = createLandscape(options.seed, space);
  return {
    measure: async (architecture, split, { signal, onProgress }) => {
      for (let step = 0; step < progressSteps; step++) {
        const imagesDone = (step * landscapeImages) / progressSteps;
        onProgress?.({ phase: "run", imagesDone, imagesTotal: landscapeImages });
        signal.throwIfAborted();
        if (options.delayMs > 0) await sleep(options.delayMs / progressSteps, signal);
      }
      const top1Percent = landscape.top1Percent(architecture, split);
      return {
        top1Percent,
        // Real networks miss about a third of their top-1 errors with five guesses.
        top5Percent: Math.round((100 - (100 - top1Percent) * 0.35) * 100) / 100,
        images: landscapeImages,
        phaseSeconds: { run: options.delayMs / 1000 },
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
