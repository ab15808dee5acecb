import { describe, expect, it } from "vitest";
import { jsonCost } from "./json-cost.js";

describe("jsonCost", () => {
  it.each([
    ["{}", 1, 1],
    ['{"a":{"b":[1,2]},"c":[]}', 3, 7],
    ['{"a[{:":"\\"[{:"}', 1, 2],
    ["[[[[", 4, 4],
    ["]]]][", 0, 1],
    ["", 0, 0],
  ])("measures %s", (text, depth, pieces) => {
    expect(jsonCost(Buffer.from(text))).toEqual({ depth, pieces });
  });
});
