import { describe, expect, it } from "vitest";
import { excesses, isFeasible } from "./cost.js";

const cost = { macs: 100, officialFlops: 90, paramsCount: 7 };

describe("excesses", () => {
  it("allows a cost equal to its limit", () => {
    expect(isFeasible(cost, { maxMacs: 100, maxFlops: 90, maxParams: 7 })).toBe(true);
    expect(isFeasible(cost, {})).toBe(true);
  });

  it("names every limit that is exceeded with value and allowance", () => {
    expect(excesses(cost, { maxMacs: 99, maxFlops: 90, maxParams: 6 })).toEqual([
      { limit: "maxMacs", kind: "macs", value: 100, allowed: 99 },
      { limit: "maxParams", kind: "paramsCount", value: 7, allowed: 6 },
    ]);
  });

  it("does not mix up the official counter and the true one", () => {
    expect(isFeasible(cost, { maxFlops: 95 })).toBe(true);
    expect(isFeasible(cost, { maxMacs: 95 })).toBe(false);
  });
});
