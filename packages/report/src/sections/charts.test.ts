import { describe, expect, it } from "vitest";
import { iterationSpan } from "./charts.js";

describe("iterationSpan", () => {
  it("names the iterations that have points and no other", () => {
    expect([[2], [1, 2, 3], [3, 1], [1, 2, 4, 6, 5]].map(iterationSpan)).toEqual([
      "iteration 2",
      "iterations 1 to 3",
      "iterations 1 and 3",
      "iterations 1 to 2 and 4 to 6",
    ]);
  });
});
