import { describe, expect, it } from "vitest";
import { createSearchSpace } from "./create.js";
import { unreachableLimits } from "./reachability.js";
import { tinySpec } from "./testing/tiny-spec.js";

const space = createSearchSpace(tinySpec);
const cheapest = space.cost(space.cheapest("macs"));
const limits = { maxMacs: cheapest.macs, maxParams: cheapest.paramsCount };

describe("unreachableLimits", () => {
  it("finds none without limits and where the cheapest network just fits", () => {
    expect(unreachableLimits(space, {})).toEqual([]);
    expect(unreachableLimits(space, limits)).toEqual([]);
  });

  it("names each limit below the cheapest network of its kind, with the smallest cost", () => {
    const allowed = cheapest.paramsCount - 1;
    expect(unreachableLimits(space, { ...limits, maxParams: allowed, maxFlops: 1 })).toEqual([
      { limit: "maxFlops", kind: "officialFlops", allowed: 1, smallest: cheapest.officialFlops },
      { limit: "maxParams", kind: "paramsCount", allowed, smallest: cheapest.paramsCount },
    ]);
  });
});
