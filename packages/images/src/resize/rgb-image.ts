/** A decoded image: 8-bit RGB, row-major `[height, width, 3]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A rectangle in pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What an image is resized to, and which part of the result is wanted. */
export interface ResizeTarget {
  readonly width: number;
  readonly height: number;
  /** Only this part is computed: each output pixel depends on nothing but the source. */
  readonly window: Window;
}

/** Gives the window's pixels, `[window.height, window.width, 3]`. */
export type Resampler = (image: RgbImage, target: ResizeTarget) => Uint8Array<ArrayBuffer>;

/** Copies a part of an image. */
export function crop(image: RgbImage, window: Window): Uint8Array<ArrayBuffer> {
  const { left, top, width, height } = window;
  const cropped = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    cropped.set(image.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return cropped;
}
