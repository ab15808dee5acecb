/**
 * Drawing on a small RGB canvas of doubles 0..1, [28, 28, 3].
 *
 * Only + - * /, Math.floor and integer hashing are used: sin, cos, exp and random may differ
 * between engines in the last bit, and the images are pinned by digest.
 */
import { digitSize } from "./digits.js";
import { hashAt } from "./hash.js";

/** Side of the canvas: the largest resolution of the demo. */
export const canvasSize = 28;

export type Colour = readonly [number, number, number];

/** Row-major 2 x 2 matrix. */
export type Matrix = readonly [number, number, number, number];

export interface Placement {
  /** Canvas position of the source point (sourceX, sourceY). */
  readonly x: number;
  readonly y: number;
  /** Canvas offset -> source offset. */
  readonly matrix: Matrix;
  readonly sourceX: number;
  readonly sourceY: number;
  /** Half side of the square of the source that is drawn, in source pixels. */
  readonly half: number;
  /** Half side of the square of the canvas that may be touched. */
  readonly reach: number;
}

export interface Stroke {
  readonly x: number;
  readonly y: number;
  /** Unit vector along the stroke. */
  readonly direction: readonly [number, number];
  readonly halfLength: number;
  readonly halfWidth: number;
}

/** (cos, sin) of the angle whose half has the given tangent, without a transcendental function. */
export function unitVector(halfTangent: number): readonly [number, number] {
  const t = halfTangent;
  return [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
}

/** Fills the canvas with a ramp between two colours; (gx, gy) is its direction and steepness, each in -1..1. */
export function drawBackground(
  canvas: Float64Array,
  from: Colour,
  to: Colour,
  gx: number,
  gy: number,
): void {
  for (let y = 0; y < canvasSize; y += 1) {
    for (let x = 0; x < canvasSize; x += 1) {
      const ramp = 0.5 + (gx * (x / canvasSize - 0.5) + gy * (y / canvasSize - 0.5)) / 2;
      for (let c = 0; c < 3; c += 1) {
        canvas[(y * canvasSize + x) * 3 + c] = (from[c] ?? 0) * (1 - ramp) + (to[c] ?? 0) * ramp;
      }
    }
  }
}

/**
 * Blends a digit, or the square of it inside `half`, over the canvas. Each canvas pixel is the mean
 * of 2 x 2 samples.
 *
 * @param pixels ink of the digit, [28, 28]
 */
export function drawDigit(
  canvas: Float64Array,
  pixels: Uint8Array,
  at: Placement,
  colour: Colour,
  opacity: number,
): void {
  const [a, b, c, d] = at.matrix;
  const left = Math.max(0, Math.floor(at.x - at.reach));
  const right = Math.min(canvasSize - 1, Math.floor(at.x + at.reach));
  const top = Math.max(0, Math.floor(at.y - at.reach));
  const bottom = Math.min(canvasSize - 1, Math.floor(at.y + at.reach));
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      let ink = 0;
      for (let s = 0; s < 4; s += 1) {
        const dx = x + (s % 2 === 0 ? 0.25 : 0.75) - at.x;
        const dy = y + (s < 2 ? 0.25 : 0.75) - at.y;
        const u = a * dx + b * dy;
        const v = c * dx + d * dy;
        if (u > -at.half && u < at.half && v > -at.half && v < at.half) {
          ink += inkAt(pixels, u + at.sourceX, v + at.sourceY);
        }
      }
      blend(canvas, y * canvasSize + x, colour, (ink / 4) * opacity);
    }
  }
}

/** Ink 0..1 at a source position, bilinear, zero outside. */
function inkAt(pixels: Uint8Array, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  if (x0 < 0 || y0 < 0 || x0 >= digitSize - 1 || y0 >= digitSize - 1) return 0;
  const fx = x - x0;
  const fy = y - y0;
  const at = y0 * digitSize + x0;
  const below = at + digitSize;
  const top = (pixels[at] ?? 0) * (1 - fx) + (pixels[at + 1] ?? 0) * fx;
  const bottom = (pixels[below] ?? 0) * (1 - fx) + (pixels[below + 1] ?? 0) * fx;
  return (top * (1 - fy) + bottom * fy) / 255;
}

/** Blends a straight stroke over the canvas; its edges fall off over one pixel. */
export function drawStroke(
  canvas: Float64Array,
  stroke: Stroke,
  colour: Colour,
  opacity: number,
): void {
  const [dx, dy] = stroke.direction;
  for (let y = 0; y < canvasSize; y += 1) {
    for (let x = 0; x < canvasSize; x += 1) {
      const along = (x + 0.5 - stroke.x) * dx + (y + 0.5 - stroke.y) * dy;
      const across = (y + 0.5 - stroke.y) * dx - (x + 0.5 - stroke.x) * dy;
      const side = Math.min(1, Math.max(0, stroke.halfWidth + 0.5 - Math.abs(across)));
      const end = Math.min(1, Math.max(0, stroke.halfLength + 0.5 - Math.abs(along)));
      if (side * end > 0) {
        blend(canvas, y * canvasSize + x, colour, side * end * opacity);
      }
    }
  }
}

function blend(canvas: Float64Array, pixel: number, colour: Colour, opacity: number): void {
  for (let c = 0; c < 3; c += 1) {
    const old = canvas[pixel * 3 + c] ?? 0;
    canvas[pixel * 3 + c] = old + ((colour[c] ?? 0) - old) * opacity;
  }
}

/**
 * Adds bell-shaped noise (the four bytes of one hash, summed) and rounds to bytes.
 *
 * @param target receives bytes [28, 28, 3]
 */
export function develop(
  canvas: Float64Array,
  noiseKey: number,
  strength: number,
  target: Uint8Array,
): void {
  for (let i = 0; i < canvas.length; i += 1) {
    const h = hashAt(noiseKey, i);
    const sum = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24);
    const bell = sum / 510 - 1;
    const value = ((canvas[i] ?? 0) + strength * 2 * bell) * 255;
    target[i] = Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  }
}
