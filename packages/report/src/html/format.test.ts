import { describe, expect, it } from "vitest";
import {
  formatAlignedQuantity,
  formatCost,
  formatCount,
  formatDays,
  formatDuration,
  formatInstant,
  formatList,
  formatPercent,
  formatPlural,
  formatQuantity,
  formatShareOfLimit,
} from "./format.js";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

describe("format", () => {
  it("groups digits of counts", () => {
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  });

  it("writes percentages with two decimals", () => {
    expect(plain(formatPercent(85.3142))).toBe("85.31 %");
  });

  it("writes quantities with a prefix and at most four digits", () => {
    expect(
      [42, 9_999, 12_345, 999_949, 999_950, 1_230_000, 329_949_000, 999_950_000].map((value) =>
        plain(formatQuantity(value)),
      ),
    ).toEqual(["42", "9,999", "12.35 k", "999.9 k", "1 M", "1.23 M", "329.9 M", "1 G"]);
    expect(plain(formatAlignedQuantity(1_230_000))).toBe("1.230 M");
  });

  it("names the unit of a cost", () => {
    expect(plain(formatCost(1_230_000, "macs"))).toBe("1.23 M MACs");
    expect(plain(formatCost(330_000_000, "officialFlops"))).toBe("330 M FLOPs");
    expect(plain(formatCost(5_000_000, "paramsCount"))).toBe("5 M parameters");
  });

  it("does not round a share of a limit up", () => {
    expect(
      [756_600, 759_999, 760_000, 380_000].map((cost) => plain(formatShareOfLimit(cost, 760_000))),
    ).toEqual(["99.5 %", "99.9 %", "100 %", "50 %"]);
  });

  it("writes durations in the two units that matter", () => {
    expect(
      [0, 0.42, 12.34, 59.99, 119.7, 192, 7_500, 3_599.9, 273_600].map((seconds) =>
        plain(formatDuration(seconds)),
      ),
    ).toEqual([
      "0 s",
      "0.42 s",
      "12.3 s",
      "60.0 s",
      "2 min 0 s",
      "3 min 12 s",
      "2 h 5 min",
      "1 h 0 min",
      "3 d 4 h",
    ]);
  });

  it("writes days with two significant digits", () => {
    expect([0, 0.003_71, 1.26, 12.6].map((days) => plain(formatDays(days, "GPU")))).toEqual([
      "0 GPU-days",
      "0.0037 GPU-days",
      "1.3 GPU-days",
      "13 GPU-days",
    ]);
  });

  it("writes instants, plurals and lists in words", () => {
    expect(plain(formatInstant("2026-07-29T14:03:12.345Z"))).toBe("2026-07-29 14:03:12 UTC");
    expect([0, 1, 2].map((count) => plain(formatPlural(count, "image")))).toEqual([
      "0 images",
      "1 image",
      "2 images",
    ]);
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(formatList)).toEqual([
      "",
      "a",
      "a and b",
      "a, b and c",
    ]);
  });
});
