import { describe, expect, it } from "vitest";
import { digitClasses, readDigits } from "./digits.js";
import { assignDigits, demoSplitNames, demoSplits } from "./splits.js";

const digits = readDigits();
const assigned = assignDigits(digits);

describe("readDigits", () => {
  it("finds the package's 10,000 digits, no two alike", () => {
    expect(digits).toHaveLength(10_000);
    const pictures = new Set(digits.map((digit) => Buffer.from(digit.pixels).toString("base64")));
    expect(pictures.size).toBe(10_000);
  });
});

describe("assignDigits", () => {
  it("gives no digit to two splits", () => {
    const names = demoSplitNames.flatMap((split) =>
      assigned[split].map((digit) => `${digit.label}/${digit.index}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(demoSplitNames)(
    "gives %s as many digits as it needs, classes nearly balanced",
    (split) => {
      expect(assigned[split]).toHaveLength(demoSplits[split].digits);
      for (let label = 0; label < digitClasses; label += 1) {
        const share = assigned[split].filter((digit) => digit.label === label).length;
        expect(share / assigned[split].length).toBeGreaterThan(0.06);
        expect(share / assigned[split].length).toBeLessThan(0.14);
      }
    },
  );

  it("refuses too few digits", () => {
    expect(() => assignDigits(digits.slice(0, 9_000))).toThrow(/need 10000 digits/);
  });
});
