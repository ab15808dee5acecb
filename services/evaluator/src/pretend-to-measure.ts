import { sleep } from "@collm/rpc";
import type { MeasuringOptions } from "./executor.js";

/** Steps that a pretended evaluation reports at least. */
const progressSteps = 4;

/**
 * Waits as if images were measured one after another, as real measuring does in all that others see:
 * it reports progress, takes checkpoints, stops in between and goes on where it stopped. Without time
 * to wait it takes no checkpoints.
 *
 * @returns seconds that it took in all, those before its checkpoint included
 */
export async function pretendToMeasure(
  images: number,
  measuringMs: number,
  { signal, onProgress, checkpoints }: MeasuringOptions,
): Promise<number> {
  signal.throwIfAborted();
  if (measuringMs === 0) return 0;
  const plan = {
    calibrationImages: 0,
    calibrationBatchSize: 0,
    channels: 0,
    images,
    batchSize: 1,
  };
  const from = await checkpoints?.read(plan);
  const first = from?.imagesDone ?? 0;
  const began = performance.now();
  const secondsSoFar = (): number => (from?.seconds.run ?? 0) + (performance.now() - began) / 1000;
  const imagesSoFar = (): number =>
    Math.min(images, first + Math.floor(((performance.now() - began) / measuringMs) * images));
  const save = (): void => {
    const seconds = { build: 0, calibrate: 0, run: secondsSoFar() };
    checkpoints?.save({ plan, imagesDone: imagesSoFar(), top1Count: 0, top5Count: 0, seconds });
  };
  const report = (): void =>
    onProgress?.({ phase: "run", imagesDone: imagesSoFar(), imagesTotal: images });

  const everyMs = checkpoints?.everyMs ?? Number.POSITIVE_INFINITY;
  const stepMs = Math.min(measuringMs / progressSteps, everyMs);
  const endMs = began + ((images - first) / images) * measuringMs;
  let savedAtMs = began;
  report();
  for (let now = began; now < endMs; now = performance.now()) {
    try {
      await sleep(Math.min(stepMs, endMs - now), signal);
    } catch (reason) {
      save();
      throw reason;
    }
    report();
    if (performance.now() - savedAtMs < everyMs) continue;
    save();
    savedAtMs = performance.now();
  }
  return secondsSoFar();
}
