/**
 * How a pixel enters the network: `(p - mean) / std` for `p` in 0..`range`. `mean` and `std` are of
 * R, G and B, whatever the order of the channels.
 */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Largest value of `p`: 1 divides bytes by 255, 255 takes them as they are. Default 1. */
  readonly range?: 1 | 255;
  /** Which colour is the network's first channel. Default `rgb`. */
  readonly channelOrder?: "rgb" | "bgr";
}

/** A normalization worked out for every byte. */
export interface NormalizationTable {
  /** What each byte of R, G and B becomes, `[3, 256]`. */
  readonly values: Float32Array;
  /** Channel of the network that R, G and B become. */
  readonly channels: readonly [number, number, number];
}

const byteValues = 256;

/**
 * Works out a normalization. Values are rounded to float32 after every step, as PyTorch's `ToTensor`
 * and `Normalize` do, so that inputs are equal bit for bit; raw bytes (`range` 255, mean 0, std 1) are exact.
 */
export function normalizationTable(normalization: Normalization): NormalizationTable {
  const { range = 1, channelOrder = "rgb" } = normalization;
  const values = new Float32Array(3 * byteValues);
  for (let colour = 0; colour < 3; colour++) {
    const mean = Math.fround(normalization.mean[colour] as number);
    const std = Math.fround(normalization.std[colour] as number);
    for (let byte = 0; byte < byteValues; byte++) {
      const pixel = range === 1 ? Math.fround(byte / 255) : byte;
      values[colour * byteValues + byte] = Math.fround(pixel - mean) / std;
    }
  }
  return { values, channels: channelOrder === "rgb" ? [0, 1, 2] : [2, 1, 0] };
}

/**
 * Normalises images and moves channels in front: `pixels` is uint8 `[n, r, r, 3]` in RGB, `target`
 * float32 `[n, 3, r, r]` in the network's order; `area` is r * r.
 */
export function normalizeInto(
  target: Float32Array,
  pixels: Uint8Array,
  area: number,
  { values, channels }: NormalizationTable,
): void {
  const imagesCount = pixels.length / (area * 3);
  const [redChannel, greenChannel, blueChannel] = channels;
  for (let image = 0; image < imagesCount; image++) {
    const start = image * area * 3;
    const red = start + redChannel * area;
    const green = start + greenChannel * area;
    const blue = start + blueChannel * area;
    let from = start;
    for (let i = 0; i < area; i++) {
      target[red + i] = values[pixels[from] as number] as number;
      target[green + i] = values[byteValues + (pixels[from + 1] as number)] as number;
      target[blue + i] = values[2 * byteValues + (pixels[from + 2] as number)] as number;
      from += 3;
    }
  }
}
