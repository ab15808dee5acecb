import { describe, expect, test } from "vitest";
import { countRecognised, rankOf } from "./top-k.js";

describe("rankOf", () => {
  test("counts the classes before the right one, the lower class first among equals", () => {
    expect(rankOf(1, new Float32Array([0, 3, 2]))).toBe(0);
    expect(rankOf(0, new Float32Array([0, 3, 2]))).toBe(2);
    expect(rankOf(0, new Float32Array([1, 1, 0]))).toBe(0);
    expect(rankOf(1, new Float32Array([1, 1, 0]))).toBe(1);
  });

  test("recognises nothing when logits are not numbers", () => {
    expect(rankOf(0, new Float32Array([Number.NaN, Number.NaN]))).toBe(1);
    expect(rankOf(1, new Float32Array([Number.NaN, 5]))).toBe(1);
  });
});

describe("countRecognised", () => {
  test("counts first guesses and guesses among the first five", () => {
    const falling = [6, 5, 4, 3, 2, 1];
    const logits = new Float32Array([...falling, ...falling, ...falling]);
    expect(countRecognised(logits, new Int32Array([0, 4, 5]), 6)).toEqual({ top1: 1, top5: 2 });
  });
});
