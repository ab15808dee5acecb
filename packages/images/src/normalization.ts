/** A pixel `p` in 0..1 enters the network as `(p - mean) / std`; R, G, B. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const byteValues = 256;

/**
 * What each byte of each channel becomes, `[3, 256]`. Rounded to float32 after every step, as
 * PyTorch's `ToTensor` and `Normalize` do, so that inputs are equal bit for bit.
 */
export function normalizationTable(normalization: Normalization): Float32Array {
  const table = new Float32Array(3 * byteValues);
  for (let channel = 0; channel < 3; channel++) {
    const mean = Math.fround(normalization.mean[channel] as number);
    const std = Math.fround(normalization.std[channel] as number);
    for (let byte = 0; byte < byteValues; byte++) {
      const centred = Math.fround(Math.fround(byte / 255) - mean);
      table[channel * byteValues + byte] = centred / std;
    }
  }
  return table;
}

/**
 * Normalises images and moves channels in front: `pixels` is uint8 `[n, r, r, 3]`, `target` float32
 * `[n, 3, r, r]`; `area` is r * r.
 */
export function normalizeInto(
  target: Float32Array,
  pixels: Uint8Array,
  area: number,
  table: Float32Array,
): void {
  const imagesCount = pixels.length / (area * 3);
  for (let image = 0; image < imagesCount; image++) {
    let from = image * area * 3;
    const red = image * area * 3;
    const green = red + area;
    const blue = green + area;
    for (let i = 0; i < area; i++) {
      target[red + i] = table[pixels[from] as number] as number;
      target[green + i] = table[byteValues + (pixels[from + 1] as number)] as number;
      target[blue + i] = table[2 * byteValues + (pixels[from + 2] as number)] as number;
      from += 3;
    }
  }
}
