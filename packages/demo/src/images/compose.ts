/**
 * Composes one digit, lighter than its background, into a colour picture that is hard to read: own
 * slant, size and place, uneven background, pieces of other digits, a stroke across it, noise. A
 * small network on few pixels must then fail more often than a large one on many, which is what the
 * demo's search space needs.
 */
import {
  type Colour,
  canvasSize,
  develop,
  drawBackground,
  drawDigit,
  drawStroke,
  type Matrix,
  unitVector,
} from "./canvas.js";
import { type Digit, digitSize } from "./digits.js";
import { hashIntegers, UniformStream } from "./hash.js";

type Range = readonly [low: number, high: number];

// How hard the pictures are. The pinned digests hold for these values only.
const digitScale: Range = [0.6, 0.95];
/** Tangent of half the largest turn: about 20 degrees. */
const digitHalfTangent = 0.18;
/** Clutter turns up to 90 degrees. */
const clutterHalfTangent = 1;
const largestShear = 0.2;
const stretchRange: Range = [0.88, 1.14];
const backgroundRange: Range = [0, 0.5];
const inkRange: Range = [0.35, 1];
/** Mean difference of the three channels that an ink should have from the background. */
const smallestContrast = 0.32;
const clutterPieces: Range = [1, 4];
const clutterOpacity: Range = [0.4, 0.85];
const mostStrokes = 1;
const noiseRange: Range = [0.02, 0.12];

interface Background {
  readonly from: Colour;
  readonly to: Colour;
}

/**
 * Draws one image. It depends on its arguments only, not on images drawn before.
 *
 * @param digits all digits of the split; clutter comes from these only
 * @param index which of them to show
 * @param copy which of its copies
 * @param seed number of the split
 * @param target receives bytes [28, 28, 3]
 * @throws RangeError when there is no such digit
 */
export function composeImage(
  digits: readonly Digit[],
  index: number,
  copy: number,
  seed: number,
  target: Uint8Array,
): void {
  const digit = digits[index];
  if (digit === undefined) throw new RangeError(`digit ${index} of ${digits.length}`);
  const key = hashIntegers(seed, digit.label, digit.index, copy);
  const stream = new UniformStream(key);
  const canvas = new Float64Array(canvasSize * canvasSize * 3);
  const background = chooseBackground(stream);
  const ink = contrastingInk(stream, background);
  const gx = stream.between(-1, 1);
  const gy = stream.between(-1, 1);
  drawBackground(canvas, background.from, background.to, gx, gy);
  addClutter(canvas, stream, digits, background);
  addDigit(canvas, stream, digit, ink);
  addStrokes(canvas, stream, background);
  develop(canvas, hashIntegers(key, 1), stream.between(...noiseRange), target);
}

function randomColour(stream: UniformStream, range: Range): Colour {
  return [stream.between(...range), stream.between(...range), stream.between(...range)];
}

/** The ramp stays near its first colour, so that one ink can stand out from all of it. */
function chooseBackground(stream: UniformStream): Background {
  const from = randomColour(stream, backgroundRange);
  const other = randomColour(stream, backgroundRange);
  const to: Colour = [
    from[0] + (other[0] - from[0]) * 0.35,
    from[1] + (other[1] - from[1]) * 0.35,
    from[2] + (other[2] - from[2]) * 0.35,
  ];
  return { from, to };
}

function contrast(a: Colour, b: Colour): number {
  return (Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2])) / 3;
}

/** First of eight random inks with enough contrast to the whole background, else the best of them. */
function contrastingInk(stream: UniformStream, { from, to }: Background): Colour {
  let best: Colour = [0, 0, 0];
  let bestContrast = -1;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const ink = randomColour(stream, inkRange);
    const apart = Math.min(contrast(ink, from), contrast(ink, to));
    if (bestContrast < smallestContrast && apart > bestContrast) {
      best = ink;
      bestContrast = apart;
    }
  }
  return best;
}

/** A random turn, stretch and shear: canvas offset -> source offset. */
function randomMatrix(stream: UniformStream, scale: number, halfTangent: number): Matrix {
  const [cos, sin] = unitVector(stream.between(-halfTangent, halfTangent));
  const stretch = stream.between(...stretchRange);
  const shear = stream.between(-largestShear, largestShear);
  const sx = 1 / (scale * stretch);
  const sy = stretch / scale;
  return [sx * (cos + shear * sin), sx * (sin - shear * cos), -sy * sin, sy * cos];
}

/** Small squares cut from other digits of the split. */
function addClutter(
  canvas: Float64Array,
  stream: UniformStream,
  others: readonly Digit[],
  background: Background,
): void {
  const [fewest, most] = clutterPieces;
  const pieces = fewest + stream.below(most - fewest + 1);
  for (let piece = 0; piece < pieces; piece += 1) {
    const other = others[stream.below(others.length)];
    const ink = contrastingInk(stream, background);
    const half = stream.between(3, 5.5);
    const scale = stream.between(0.7, 1.1);
    const matrix = randomMatrix(stream, scale, clutterHalfTangent);
    const x = stream.between(0, canvasSize);
    const y = stream.between(0, canvasSize);
    const sourceX = stream.between(9, 19);
    const sourceY = stream.between(8, 20);
    const opacity = stream.between(...clutterOpacity);
    if (other !== undefined) {
      const placement = { x, y, matrix, sourceX, sourceY, half, reach: half * scale * 2 };
      drawDigit(canvas, other.pixels, placement, ink, opacity);
    }
  }
}

function addDigit(canvas: Float64Array, stream: UniformStream, digit: Digit, ink: Colour): void {
  const scale = stream.between(...digitScale);
  const matrix = randomMatrix(stream, scale, digitHalfTangent);
  const centre = canvasSize / 2;
  // Ink fills about 20 x 20 of a source digit: it may move as far as that stays on the canvas.
  const room = Math.max(0, centre - 10.5 * scale);
  const x = centre + stream.between(-room, room);
  const y = centre + stream.between(-room, room);
  const middle = digitSize / 2 - 0.5;
  const whole = { x, y, matrix, sourceX: middle, sourceY: middle, half: 14, reach: 22 * scale };
  drawDigit(canvas, digit.pixels, whole, ink, stream.between(0.75, 1));
}

function addStrokes(canvas: Float64Array, stream: UniformStream, background: Background): void {
  const strokes = stream.below(mostStrokes + 1);
  for (let stroke = 0; stroke < strokes; stroke += 1) {
    const ink = contrastingInk(stream, background);
    const x = stream.between(3, canvasSize - 3);
    const y = stream.between(3, canvasSize - 3);
    const direction = unitVector(stream.between(-1, 1));
    const halfLength = stream.between(3, 9);
    const halfWidth = stream.between(0.4, 0.8);
    const opacity = stream.between(0.5, 0.95);
    drawStroke(canvas, { x, y, direction, halfLength, halfWidth }, ink, opacity);
  }
}
