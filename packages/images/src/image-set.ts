/**
 * Images in memory at one size, with the class that each one shows. The arrays lie in shared memory:
 * threads that are handed an image set read the same bytes, so memory does not grow with threads.
 */
export interface ImageSet {
  readonly count: number;
  /** Side in pixels. */
  readonly resolution: number;
  /** RGB bytes, row-major `[count, resolution, resolution, 3]`. */
  readonly pixels: Uint8Array;
  /** Class of each image, `[count]`. */
  readonly labels: Int32Array;
}

/** A view of the first `count` images. Throws RangeError when the set has fewer. */
export function firstImages(images: ImageSet, count: number): ImageSet {
  if (!Number.isInteger(count) || count < 1 || count > images.count) {
    throw new RangeError(`first images: got ${count}, allowed is 1 to ${images.count}`);
  }
  const { resolution, pixels, labels } = images;
  return {
    count,
    resolution,
    pixels: pixels.subarray(0, count * resolution * resolution * 3),
    labels: labels.subarray(0, count),
  };
}
