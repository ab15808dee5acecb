import { describe, expect, it } from "vitest";
import { resizeArea } from "./resize.js";

function resize(source: readonly number[], from: number, to: number): number[] {
  const grey = Uint8Array.from(source.flatMap((value) => [value, value, value]));
  const target = new Uint8Array(to * to * 3);
  resizeArea(grey, from, target, to);
  return Array.from({ length: to * to }, (_, pixel) => target[pixel * 3] ?? Number.NaN);
}

describe("resizeArea", () => {
  it("copies an image of the same size", () => {
    expect(resize([1, 2, 3, 4], 2, 2)).toEqual([1, 2, 3, 4]);
  });

  it("takes means of whole pixels", () => {
    expect(resize([0, 4, 8, 12, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 4], 4, 2)).toEqual([2, 10, 0, 1]);
  });

  it("takes shares of pixels that two outputs touch", () => {
    // 3 -> 2: each output row covers one and a half source rows, weights 2/3 and 1/3.
    expect(resize([90, 0, 0, 0, 0, 0, 0, 0, 0], 3, 2)).toEqual([40, 0, 0, 0]);
  });

  it("keeps a flat image flat at all resolutions of the demo", () => {
    for (const to of [12, 16, 20, 24, 28]) {
      expect(new Set(resize(new Array<number>(784).fill(201), 28, to))).toEqual(new Set([201]));
    }
  });
});
