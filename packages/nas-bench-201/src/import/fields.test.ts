import { describe, expect, it } from "vitest";
import { anySize, checkNumber, percent, someSize } from "./fields.js";

describe("checkNumber", () => {
  it("lets pass what may be, also means of single precision that are a little too large", () => {
    expect(checkNumber(0, "loss", anySize)).toBe(0);
    expect(checkNumber(100.00000001, "accuracy", percent)).toBe(100.00000001);
  });

  it.each([
    [
      Number.POSITIVE_INFINITY,
      anySize,
      "train_losses[3]: got number Infinity, allowed is a number",
    ],
    [Number.NaN, anySize, "got number NaN, allowed is a number of at least 0"],
    [-0.1, percent, "got number -0.1, allowed is 0 to 100"],
    [100.1, percent, "got number 100.1, allowed is 0 to 100"],
    [0, someSize, "got number 0, allowed is 0.000001 to 1000000"],
    ["90", percent, 'got the text "90"'],
    [null, percent, "got None"],
    [undefined, percent, "got nothing"],
    [7n, percent, "got bigint 7"],
  ])("refuses %s", (value, range, message) => {
    expect(() => checkNumber(value, "train_losses[3]", range)).toThrow(message);
  });
});
