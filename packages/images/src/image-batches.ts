import type { ImageSet } from "./image-set.js";
import { type Normalization, normalizationTable, normalizeInto } from "./normalization.js";

/** Some images as they enter a network. */
export interface ImageBatch {
  readonly imagesCount: number;
  /** Normalised, channels in the network's order, `shape` `[imagesCount, 3, resolution, resolution]`. */
  readonly input: Float32Array;
  readonly shape: readonly [number, 3, number, number];
  /** Class of each image. */
  readonly labels: Int32Array;
}

/**
 * Cuts a set into batches, in its order, from image `first` on (default: all of it); the last one may
 * be smaller. Normalising takes about 6 % of
 * a pass through the demo's tiny networks and next to nothing of ImageNet's, so it is done for every
 * pass instead of kept in memory at four times the size.
 *
 * `input` is written anew for each batch: use it before asking for the next.
 */
export function* imageBatches(
  images: ImageSet,
  normalization: Normalization,
  batchSize: number,
  first = 0,
): Generator<ImageBatch, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batch size: got ${batchSize}, allowed is a whole number of at least 1`);
  }
  const { count, resolution, pixels, labels } = images;
  const table = normalizationTable(normalization);
  const area = resolution * resolution;
  const imageLength = area * 3;
  const buffer = new Float32Array(Math.min(batchSize, count) * imageLength);
  for (let start = first; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const input = buffer.subarray(0, (end - start) * imageLength);
    normalizeInto(input, pixels.subarray(start * imageLength, end * imageLength), area, table);
    yield {
      imagesCount: end - start,
      input,
      shape: [end - start, 3, resolution, resolution],
      labels: labels.subarray(start, end),
    };
  }
}
