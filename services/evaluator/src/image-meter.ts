import type { EvaluationProgress, ProgressListener } from "@collm/evaluation";
import type { EvaluationCheckpoint } from "@collm/search";

type ImagesListener = (phase: EvaluationProgress["phase"], images: number) => void;

/**
 * Counts the images that one evaluation puts through networks, from what it reports: those before a
 * checkpoint that it goes on from were counted by whoever did them.
 */
export class ImageMeter {
  readonly #onImages: ImagesListener;
  readonly #done = { build: 0, calibrate: 0, run: 0 };

  constructor(onImages: ImagesListener) {
    this.#onImages = onImages;
  }

  /** These images were done before. */
  startFrom({ calibration, imagesDone }: EvaluationCheckpoint): void {
    this.#done.calibrate = calibration?.imagesDone ?? 0;
    this.#done.run = imagesDone;
  }

  readonly progress: ProgressListener = ({ phase, imagesDone }) => {
    const images = imagesDone - this.#done[phase];
    if (images <= 0) return;
    this.#done[phase] = imagesDone;
    this.#onImages(phase, images);
  };

  /** Reports that a checkpoint tells more exactly than the last progress. */
  checkpoint({ plan, calibration, imagesDone }: EvaluationCheckpoint): void {
    this.progress({
      phase: "calibrate",
      imagesDone: calibration?.imagesDone ?? 0,
      imagesTotal: plan.calibrationImages,
    });
    this.progress({ phase: "run", imagesDone, imagesTotal: plan.images });
  }
}
