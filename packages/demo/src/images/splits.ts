/**
 * Which digit belongs to which split. Splits are disjoint in *digits*: no handwriting sample of one split, not even as
 * a piece of clutter, is seen in another.
 */
import type { Digit } from "./digits.js";
import { hashIntegers } from "./hash.js";

/** Digits of each split and how many images (copies with other surroundings) are made from each digit. */
export const demoSplits = {
  train: { digits: 6500, copies: 8 },
  calibration: { digits: 500, copies: 1 },
  validation: { digits: 1500, copies: 2 },
  test: { digits: 1500, copies: 2 },
} as const satisfies Record<string, { readonly digits: number; readonly copies: number }>;

export type DemoSplit = keyof typeof demoSplits;

export const demoSplitNames = Object.keys(demoSplits) as readonly DemoSplit[];

const splitSeed = 20260101;

/** Number of images of a split. */
export function imageCount(split: DemoSplit): number {
  return demoSplits[split].digits * demoSplits[split].copies;
}

/**
 * Deals the digits out to the splits: all are ordered by a hash of (class, index), then cut into runs.
 *
 * @throws Error when there are fewer digits than the splits need.
 */
export function assignDigits(
  digits: readonly Digit[],
): Readonly<Record<DemoSplit, readonly Digit[]>> {
  const shuffled = digits
    .map((digit) => ({ digit, rank: hashIntegers(splitSeed, digit.label, digit.index) }))
    .sort(
      (a, b) => a.rank - b.rank || a.digit.label - b.digit.label || a.digit.index - b.digit.index,
    )
    .map(({ digit }) => digit);
  const assigned: Record<DemoSplit, readonly Digit[]> = {
    train: [],
    calibration: [],
    validation: [],
    test: [],
  };
  let start = 0;
  for (const split of demoSplitNames) {
    const end = start + demoSplits[split].digits;
    if (end > shuffled.length) {
      throw new Error(`splits need ${end} digits or more, package mnist holds ${shuffled.length}`);
    }
    assigned[split] = shuffled.slice(start, end);
    start = end;
  }
  return assigned;
}
