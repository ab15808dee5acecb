import { crop, type Resampler, type RgbImage } from "./rgb-image.js";
import { roundHalfEven } from "./rounding.js";
import { TableCache } from "./table-cache.js";

/** Fractional bits of a weight; 2048 stands for 1. */
const weightScale = 2 ** 11;

/** Two source pixels and their weights for each output along one axis. */
interface LinearWeights {
  /** `[outputs]` each. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
}

/**
 * OpenCV's `cv2.resize` with INTER_LINEAR on 8-bit RGB, bit for bit (checked against 4.6): pixel
 * centres at half integers, no antialiasing whatever the reduction, weights in 11-bit fixed point.
 *
 * A resampler keeps weights between calls; they are no part of its results.
 */
export function createOpencvResampler(): Resampler {
  const tables = new TableCache<LinearWeights>();
  const weightsFor = (
    axis: Axis,
    inSize: number,
    outSize: number,
    first: number,
    count: number,
  ): LinearWeights =>
    tables.get(`${axis} ${inSize} ${outSize} ${first} ${count}`, () =>
      linearWeights(axis, inSize, outSize, first, count),
    );

  return (image, { width, height, window }) => {
    if (image.width === width && image.height === height) return crop(image, window);
    const columns = weightsFor("horizontal", image.width, width, window.left, window.width);
    const rows = weightsFor("vertical", image.height, height, window.top, window.height);
    return resample(image, columns, rows);
  };
}

type Axis = "horizontal" | "vertical";

/**
 * The axes differ at the borders. Horizontally the weight moves wholly to the outermost pixel;
 * vertically it is left as computed and both rows are clamped to that pixel, which rounds otherwise.
 */
function linearWeights(
  axis: Axis,
  inSize: number,
  outSize: number,
  first: number,
  count: number,
): LinearWeights {
  const scale = 1 / (outSize / inSize);
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  const lowWeight = new Int32Array(count);
  const highWeight = new Int32Array(count);
  for (let output = 0; output < count; output++) {
    const position = Math.fround((first + output + 0.5) * scale - 0.5);
    let index = Math.floor(position);
    let fraction = Math.fround(position - index);
    if (axis === "horizontal" && (index < 0 || index >= inSize - 1)) {
      index = index < 0 ? 0 : inSize - 1;
      fraction = 0;
    }
    low[output] = clamp(index, inSize);
    high[output] = clamp(index + 1, inSize);
    lowWeight[output] = roundHalfEven(Math.fround(1 - fraction) * weightScale);
    highWeight[output] = roundHalfEven(fraction * weightScale);
  }
  return { low, high, lowWeight, highWeight };
}

function clamp(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

function resample(
  image: RgbImage,
  columns: LinearWeights,
  rows: LinearWeights,
): Uint8Array<ArrayBuffer> {
  const rowLength = columns.low.length * 3;
  const height = rows.low.length;
  const target = new Uint8ClampedArray(height * rowLength);
  let above: SourceRow = { index: -1, sums: new Int32Array(rowLength) };
  let below: SourceRow = { index: -1, sums: new Int32Array(rowLength) };
  for (let y = 0; y < height; y++) {
    const low = rows.low[y] as number;
    const high = rows.high[y] as number;
    // Enlarging visits a source row several times, and the lower row becomes the upper one.
    if (above.index !== low && below.index === low) [above, below] = [below, above];
    if (above.index !== low) above = readRow(image, low, columns, above.sums);
    if (below.index !== high) below = readRow(image, high, columns, below.sums);
    blendRows(
      target.subarray(y * rowLength, (y + 1) * rowLength),
      above.sums,
      rows.lowWeight[y] as number,
      below.sums,
      rows.highWeight[y] as number,
    );
  }
  return new Uint8Array(target.buffer);
}

/** A source row resampled along its length, in units of 1 / 2048, `[outputs, 3]`. */
interface SourceRow {
  readonly index: number;
  readonly sums: Int32Array;
}

function readRow(
  { pixels, width }: RgbImage,
  index: number,
  { low, high, lowWeight, highWeight }: LinearWeights,
  sums: Int32Array,
): SourceRow {
  const row = index * width;
  let to = 0;
  for (let x = 0; x < low.length; x++) {
    const left = (row + (low[x] as number)) * 3;
    const right = (row + (high[x] as number)) * 3;
    const leftWeight = lowWeight[x] as number;
    const rightWeight = highWeight[x] as number;
    for (let channel = 0; channel < 3; channel++) {
      sums[to++] =
        Math.imul(pixels[left + channel] as number, leftWeight) +
        Math.imul(pixels[right + channel] as number, rightWeight);
    }
  }
  return { index, sums };
}

/** The shifts are the original's: each product loses its low bits before the sum is rounded. */
function blendRows(
  target: Uint8ClampedArray,
  above: Int32Array,
  aboveWeight: number,
  below: Int32Array,
  belowWeight: number,
): void {
  for (let x = 0; x < target.length; x++) {
    const upper = Math.imul(aboveWeight, (above[x] as number) >> 4) >> 16;
    const lower = Math.imul(belowWeight, (below[x] as number) >> 4) >> 16;
    target[x] = (upper + lower + 2) >> 2;
  }
}
