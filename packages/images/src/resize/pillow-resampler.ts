import {
  type PillowFilter,
  type PillowWeights,
  pillowWeights,
  precisionBits,
} from "./pillow-weights.js";
import { crop, type Resampler, type RgbImage, type Window } from "./rgb-image.js";
import { TableCache } from "./table-cache.js";

/** Half of the last place, added before the fractional bits are cut off. */
const half = 1 << (precisionBits - 1);

/**
 * Pillow's `Image.resize` on 8-bit RGB, bit for bit: first along rows, rounded to bytes, then along
 * columns; a pass that would change nothing is skipped, so an image of the target's size is copied.
 *
 * A resampler keeps weights and a scratch buffer between calls; it is no part of its results.
 */
export function createPillowResampler(filter: PillowFilter): Resampler {
  const tables = new TableCache<PillowWeights>();
  let scratch = new Uint8ClampedArray();
  const weightsFor = (
    inSize: number,
    outSize: number,
    first: number,
    count: number,
  ): PillowWeights =>
    tables.get(`${inSize} ${outSize} ${first} ${count}`, () =>
      pillowWeights(filter, inSize, outSize, first, count),
    );

  return (image, { width, height, window }) => {
    const isWide = image.width !== width;
    const isTall = image.height !== height;
    if (!isWide && !isTall) return crop(image, window);
    const columns = weightsFor(image.width, width, window.left, window.width);
    if (!isTall) {
      const pixels = new Uint8ClampedArray(window.width * window.height * 3);
      resampleRows(image, columns, window.top, window.height, pixels);
      return new Uint8Array(pixels.buffer);
    }
    const rows = weightsFor(image.height, height, window.top, window.height);
    const [top, count] = rowsNeeded(rows);
    if (!isWide) {
      const band = { left: window.left, top, width: window.width, height: count };
      return resampleColumns(crop(image, band), top, rows, window);
    }
    const length = window.width * count * 3;
    if (scratch.length < length) scratch = new Uint8ClampedArray(length);
    resampleRows(image, columns, top, count, scratch);
    return resampleColumns(scratch, top, rows, window);
  };
}

/** First source row that any output needs, and how many. */
function rowsNeeded({ starts, lengths }: PillowWeights): readonly [number, number] {
  const last = starts.length - 1;
  const first = starts[0] as number;
  return [first, (starts[last] as number) + (lengths[last] as number) - first];
}

/** Resamples `count` rows from `top` into `target`, `[count, outputs, 3]`. */
function resampleRows(
  { pixels, width }: RgbImage,
  { starts, lengths, weights, stride }: PillowWeights,
  top: number,
  count: number,
  target: Uint8ClampedArray,
): void {
  const outputs = starts.length;
  let to = 0;
  for (let y = top; y < top + count; y++) {
    const row = y * width;
    for (let x = 0; x < outputs; x++) {
      let red = half;
      let green = half;
      let blue = half;
      let from = (row + (starts[x] as number)) * 3;
      let at = x * stride;
      const end = at + (lengths[x] as number);
      for (; at < end; at++) {
        const weight = weights[at] as number;
        red = (red + Math.imul(pixels[from] as number, weight)) | 0;
        green = (green + Math.imul(pixels[from + 1] as number, weight)) | 0;
        blue = (blue + Math.imul(pixels[from + 2] as number, weight)) | 0;
        from += 3;
      }
      target[to] = red >> precisionBits;
      target[to + 1] = green >> precisionBits;
      target[to + 2] = blue >> precisionBits;
      to += 3;
    }
  }
}

/** Resamples columns of `band`, whose first row is the image's row `top`, as wide as the window. */
function resampleColumns(
  band: Uint8Array | Uint8ClampedArray,
  top: number,
  { starts, lengths, weights, stride }: PillowWeights,
  window: Window,
): Uint8Array<ArrayBuffer> {
  const rowLength = window.width * 3;
  const target = new Uint8ClampedArray(window.height * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < window.height; y++) {
    sums.fill(half);
    const length = lengths[y] as number;
    let from = ((starts[y] as number) - top) * rowLength;
    for (let i = 0; i < length; i++) {
      const weight = weights[y * stride + i] as number;
      for (let x = 0; x < rowLength; x++) {
        sums[x] = (sums[x] as number) + Math.imul(band[from + x] as number, weight);
      }
      from += rowLength;
    }
    const to = y * rowLength;
    for (let x = 0; x < rowLength; x++) target[to + x] = (sums[x] as number) >> precisionBits;
  }
  return new Uint8Array(target.buffer);
}
