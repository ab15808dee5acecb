import { describe, expect, it } from "vitest";
import { summarise } from "./summarise.js";

describe("summarise", () => {
  it("gives mean, sample deviation and interpolated quartiles", () => {
    expect(summarise([4, 1, 3, 2])).toEqual({
      mean: 2.5,
      sd: Math.sqrt(5 / 3),
      min: 1,
      quartile1: 1.75,
      median: 2.5,
      quartile3: 3.25,
      max: 4,
    });
    expect(summarise([7]).sd).toBeNaN();
    expect(() => summarise([])).toThrow(RangeError);
  });
});
