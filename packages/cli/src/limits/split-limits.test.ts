import { describe, expect, it } from "vitest";
import { splitLimits } from "./split-limits.js";

describe("splitLimits", () => {
  it("takes one flag's list apart", () => {
    expect(splitLimits({ test: true, maxFlops: "200M, 300M,400M", maxParams: "9M" })).toEqual({
      flag: "maxFlops",
      limits: ["200M", "300M", "400M"],
      cost: "officialFlops",
    });
  });

  it("leaves a search with one limit alone", () => {
    expect(splitLimits({ test: true, maxFlops: "200M" })).toBeUndefined();
    expect(splitLimits({ test: true })).toBeUndefined();
  });

  it.each([
    [{ maxMacs: "1M,,2M" }, '--max-macs: got "1M,,2M", allowed are different limits'],
    [{ maxMacs: "1M,1M" }, "allowed are different limits"],
    [{ maxMacs: "1M,2M", maxParams: "1M,2M" }, "--max-params: got a list as --max-macs did"],
  ])("refuses %j", (flags, message) => {
    expect(() => splitLimits({ test: true, ...flags })).toThrow(message);
  });
});
