import { describe, expect, it } from "vitest";
import { parseQuantity } from "./quantity.js";

describe("parseQuantity", () => {
  it.each([
    ["330M", 330_000_000],
    ["0.76m", 760_000],
    ["760K", 760_000],
    ["1.1G", 1_100_000_000],
    ["23e6", 23_000_000],
    [" 900000 ", 900_000],
    [5, 5],
  ])("reads %j as %d, suffixes in either case", (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(["1.5", "0.0015k", "0", "-3", "3 MB", "3T", "lots", "", 1.5])(
    "refuses %j, which is no positive whole count",
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );
});
