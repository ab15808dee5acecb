import { describe, expect, it } from "vitest";
import { elementCount, float32 } from "./tensor.js";

describe("float32", () => {
  it("converts halves exactly, with infinities and subnormals", () => {
    const data = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x7c00, 0xfc00, 0x0001, 0x0400, 0x7bff, 0);
    expect([...float32({ dtype: "float16", shape: [9], data })]).toEqual([
      1,
      -2,
      0.333251953125,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** -24,
      2 ** -14,
      65504,
      0,
    ]);
    expect(float32({ dtype: "float16", shape: [1], data: Uint16Array.of(0x7e00) })[0]).toBeNaN();
  });

  it("converts bfloat16 by its bits", () => {
    const data = Uint16Array.of(0x3f80, 0xc040, 0x7f80);
    expect([...float32({ dtype: "bfloat16", shape: [3], data })]).toEqual([
      1,
      -3,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("converts integers and doubles, and hands on float32 without a copy", () => {
    const data = Float32Array.of(1.5);
    expect(float32({ dtype: "float32", shape: [1], data })).toBe(data);
    expect([...float32({ dtype: "int64", shape: [1], data: BigInt64Array.of(-7n) })]).toEqual([-7]);
    expect([...float32({ dtype: "uint8", shape: [1], data: Uint8Array.of(255) })]).toEqual([255]);
    const double = float32({ dtype: "float64", shape: [1], data: Float64Array.of(0.1) });
    expect(double[0]).toBe(Math.fround(0.1));
  });
});

describe("elementCount", () => {
  it("is 1 for a scalar and 0 with an empty dimension", () => {
    expect([elementCount([]), elementCount([2, 3]), elementCount([2, 0])]).toEqual([1, 6, 0]);
  });
});
