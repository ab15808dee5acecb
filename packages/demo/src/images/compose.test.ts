import { describe, expect, it } from "vitest";
import { canvasSize } from "./canvas.js";
import { composeImage } from "./compose.js";
import { readDigits } from "./digits.js";
import { assignDigits } from "./splits.js";

const digits = assignDigits(readDigits()).calibration;

function compose(index: number, copy: number, seed = 1): Uint8Array {
  const image = new Uint8Array(canvasSize * canvasSize * 3);
  composeImage(digits, index, copy, seed, image);
  return image;
}

describe("composeImage", () => {
  it("draws the same image whatever was drawn before", () => {
    const first = compose(3, 0);
    compose(4, 1);
    expect(compose(3, 0)).toEqual(first);
  });

  it("gives each copy and each seed another image", () => {
    const images = [compose(3, 0), compose(3, 1), compose(3, 0, 2), compose(4, 0)];
    expect(new Set(images.map((image) => image.join())).size).toBe(4);
  });

  it("spreads each image over a range of brightness", () => {
    for (let index = 0; index < 50; index += 1) {
      const image = compose(index, 0);
      expect(Math.max(...image) - Math.min(...image)).toBeGreaterThan(60);
    }
  });

  it("refuses a digit the split does not have", () => {
    expect(() => compose(500, 0)).toThrow(RangeError);
  });
});
