import fc from "fast-check";
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
    expect(strategyHeadline('```directives\n{"explore": 1}\n```\n')).toBe("");
  });

  it("takes what to do, not what was seen", () => {
    const summary = "# SUMMARY\n\n24 networks were evaluated.\n\n";
    for (const heading of [
      "# NAVIGATION DIRECTIONS",
      "**Navigation Directions:**",
      "NAVIGATION DIRECTIONS:",
      "## 3. Navigation directions",
    ]) {
      expect(strategyHeadline(`${summary}${heading}\n\nWiden stage 3. Then wait.`)).toBe(
        "Widen stage 3.",
      );
    }
    expect(strategyHeadline("# NAVIGATION DIRECTIONS\n\n# SUMMARY\n")).toBe("");
  });

  it("names the subsection or takes the first bullet", () => {
    const heading = "# NAVIGATION DIRECTIONS\n\n";
    expect(strategyHeadline(`${heading}## Depth\n\nGo to 4.\n\n## Cost\n\nLess.`)).toBe(
      "Depth: Go to 4.",
    );
    expect(strategyHeadline(`${heading}1. **Depth**: go to *4* in\n   stage 2\n2. Cost`)).toBe(
      "Depth: go to 4 in stage 2",
    );
  });

  it("takes the first sentence of prose, numbers and abbreviations included", () => {
    expect(strategyHeadline("Gain 0.5 points, e.g. with `ks[0] = 5`. Next sentence.")).toBe(
      "Gain 0.5 points, e.g. with ks[0] = 5.",
    );
  });

  it("cuts at a word, with an ellipsis", () => {
    const line = strategyHeadline("wide ".repeat(100));
    expect(line.length).toBeLessThanOrEqual(160);
    expect(line).toMatch(/wide …$/);
  });

  it("is one line without end for any text", () => {
    const piece = fc.constantFrom(
      "# ",
      "**",
      "- ",
      "\n",
      "```",
      "A",
      "go. ",
      "DIRECTIONS",
      "_",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const line = strategyHeadline(pieces.join(""));
        expect(line).not.toMatch(/[\n`]|\*\*/);
        expect(line.length).toBeLessThanOrEqual(160);
      }),
    );
  });
});
