import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTemplate } from "./template.js";

describe("renderTemplate", () => {
  it("fills in placeholders", () => {
    expect(renderTemplate("Round {{round}} of {{ total }}.", { round: "1", total: "2" }, "f")).toBe(
      "Round 1 of 2.",
    );
  });

  it("puts values in as they are", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(renderTemplate("<{{x}}>", { x: `{{y}}$&${value}` }, "f")).toBe(`<{{y}}$&${value}>`);
      }),
    );
  });

  it("drops a line whose only placeholder is empty", () => {
    expect(renderTemplate("a\n{{x}}\nb", { x: "" }, "f")).toBe("a\nb");
  });

  it("refuses a placeholder without a value and a value without a placeholder", () => {
    expect(() => renderTemplate("{{x}}", {}, "set/a.md")).toThrow(/set\/a\.md: got \{\{x\}\}/);
    expect(() => renderTemplate("x", { y: "1" }, "set/a.md")).toThrow(/no placeholder for y/);
  });
});
