import type { SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { deviceDays, sumSeconds, wallSeconds } from "./time.js";

/** Only the type and the time of an event matter here. */
function timeline(...entries: readonly (readonly [SearchEvent["type"], number])[]): SearchEvent[] {
  return entries.map(([type, second], i) => ({
    seq: i + 1,
    type,
    at: new Date(second * 1_000).toISOString(),
  })) as SearchEvent[];
}

describe("wallSeconds", () => {
  it("is the time between the first and the last event", () => {
    expect(wallSeconds(timeline(["SearchStarted", 10], ["SearchFinished", 25]))).toBe(15);
  });

  it("leaves out the pause before a resume, with or without an interruption event", () => {
    expect(
      wallSeconds(
        timeline(
          ["SearchStarted", 0],
          ["StrategyRequested", 5],
          ["SearchResumed", 1_000],
          ["SearchInterrupted", 1_010],
          ["SearchResumed", 5_000],
          ["SearchFinished", 5_001],
        ),
      ),
    ).toBe(16);
  });

  it("ends with the search, not with the opening of the test split", () => {
    expect(
      wallSeconds(timeline(["SearchStarted", 0], ["SearchFinished", 7], ["TestOpened", 900])),
    ).toBe(7);
  });

  it("does not go back with the clock", () => {
    expect(
      wallSeconds(
        timeline(["SearchStarted", 100], ["StrategyRequested", 40], ["SearchFinished", 45]),
      ),
    ).toBe(5);
  });
});

describe("deviceDays", () => {
  it("names the device that the provider runs on", () => {
    expect(deviceDays(86_400, "CUDAExecutionProvider")).toEqual({ gpuDays: 1 });
    expect(deviceDays(43_200, "tensorrt")).toEqual({ gpuDays: 0.5 });
    expect(deviceDays(86_400, "cpu")).toEqual({ cpuDays: 1 });
  });
});

describe("sumSeconds", () => {
  it("carries no floating-point dust into results", () => {
    expect(sumSeconds([{ seconds: 0.1 }, { seconds: 0.2 }])).toBe(0.3);
  });
});
