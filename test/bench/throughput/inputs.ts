import { firstImages, type ImageSet, imageBatches } from "@collm/images";
import type { Normalization } from "@collm/supernet";

/** Images as they enter a network, all in one array: preprocessing is not part of a throughput. */
export interface Inputs {
  readonly count: number;
  /** Row-major `[count, ...shape]`. */
  readonly elements: Float32Array;
  /** Shape of one input, e.g. `[3, 20, 20]`. */
  readonly shape: readonly number[];
}

/** The first `count` images, normalised to float32 NCHW. */
export function readyInputs(images: ImageSet, count: number, normalize: Normalization): Inputs {
  const [batch] = imageBatches(firstImages(images, count), normalize, count);
  if (!batch) throw new RangeError("inputs: no images");
  return { count, elements: batch.input, shape: batch.shape.slice(1) };
}

/** Inputs `first` to `first + count`, as one batch. */
export function inputBatch({ elements, shape, count }: Inputs, first: number, size: number) {
  const length = elements.length / count;
  return {
    imagesCount: size,
    input: elements.subarray(first * length, (first + size) * length),
    shape: [size, ...shape],
  };
}
