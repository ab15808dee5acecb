import { encodeSafetensors, type Tensor } from "@collm/checkpoint";
import { canvasSize } from "./canvas.js";
import { composeImage } from "./compose.js";
import type { Digit } from "./digits.js";
import { resizeArea } from "./resize.js";
import { assignDigits, type DemoSplit, demoSplitNames, demoSplits, imageCount } from "./splits.js";

/** Sides of the square input images a subnet may use, ascending. */
export const demoResolutions = [12, 16, 20, 24, 28] as const;

/** Makes the pictures of another version of the demo differ from these in every pixel. */
const imageSeed = 7_300;

/**
 * Renders a split and encodes it: `labels` uint8 [n] and, for each resolution r, `images.<r>` uint8 [n, r, r, 3].
 *
 * Image i shows digit i mod (number of digits), so that every prefix of a split is a fair sample of it.
 */
export function renderSplit(split: DemoSplit, digits: readonly Digit[]): Uint8Array {
  const own = assignDigits(digits)[split];
  const seed = imageSeed + demoSplitNames.indexOf(split);
  const count = imageCount(split);
  const labels = new Uint8Array(count);
  const images = demoResolutions.map((resolution) => ({
    resolution,
    bytes: new Uint8Array(count * resolution * resolution * 3),
  }));
  const canvas = new Uint8Array(canvasSize * canvasSize * 3);
  for (let i = 0; i < count; i += 1) {
    const index = i % demoSplits[split].digits;
    labels[i] = own[index]?.label ?? 0;
    composeImage(own, index, Math.floor(i / demoSplits[split].digits), seed, canvas);
    for (const { resolution, bytes } of images) {
      const size = resolution * resolution * 3;
      resizeArea(canvas, canvasSize, bytes.subarray(i * size, (i + 1) * size), resolution);
    }
  }
  const tensors = new Map<string, Tensor>();
  for (const { resolution, bytes } of images) {
    const shape = [count, resolution, resolution, 3];
    tensors.set(`images.${resolution}`, { dtype: "uint8", shape, data: bytes });
  }
  tensors.set("labels", { dtype: "uint8", shape: [count], data: labels });
  return encodeSafetensors(tensors);
}
