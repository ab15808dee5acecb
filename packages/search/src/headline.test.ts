import { describe, expect, it } from "vitest";
import { strategyHeadline } from "./headline.js";

describe("strategyHeadline", () => {
  it("passes over headings, marks and empty lines", () => {
    expect(strategyHeadline("## SUMMARY\n\n- Go wide, then deep.\nMore.")).toBe(
      "Go wide, then deep.",
    );
    expect(strategyHeadline("**KEY PATTERNS:**\nKernels of 5 help.")).toBe("Kernels of 5 help.");
  });

  it("is empty when nothing is said", () => {
    expect(strategyHeadline("\n# SUMMARY\n")).toBe("");
  });
});
