import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "./safetensors.js";

describe("encodeSafetensors", () => {
  it("writes header and data in the order of names, data at a multiple of 8", () => {
    const file = encodeSafetensors({
      b: { shape: [2], bytes: Uint8Array.of(3, 4) },
      a: { shape: [1, 2], bytes: Uint8Array.of(1, 2) },
    });
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))).toEqual({
      a: { dtype: "U8", shape: [1, 2], data_offsets: [0, 2] },
      b: { dtype: "U8", shape: [2], data_offsets: [2, 4] },
    });
    expect([...file.subarray(8 + length)]).toEqual([1, 2, 3, 4]);
  });

  it("refuses a shape that does not agree with the bytes", () => {
    expect(() => encodeSafetensors({ a: { shape: [3], bytes: Uint8Array.of(1) } })).toThrow(
      RangeError,
    );
  });
});
