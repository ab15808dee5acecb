import { createSearchSpace, publishedOfaSpec, type SearchSpace } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { geneTables } from "./gene-table.js";

const ofa = createSearchSpace(publishedOfaSpec(1.0));

/** Text of the cells, row by row. */
function rowsOf(markup: string): string[] {
  return [...markup.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    row
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
  );
}

describe("geneTables", () => {
  it("gives each stage its depth and its blocks, a dash for a skipped one", () => {
    const markup = geneTables(ofa, ofa.cheapest("macs")).markup;
    expect(rowsOf(markup)).toHaveLength(5);
    expect(rowsOf(markup)[0]).toBe("0 2 3 3 – – 3 3 – –");
    expect(markup).toContain("resolution <code>r</code> <strong>160</strong>");
  });

  it("shows a space without stages position by position", () => {
    const genes = Array.from({ length: 3 }, (_, i) => ({
      name: `[${i}]`,
      dimension: "block",
      choices: ["a", "b"],
    }));
    const space: SearchSpace = { ...ofa, genes, isActive: () => true };
    const markup = geneTables(space, { canonical: "aba", choices: [0, 1, 0] }).markup;
    expect(rowsOf(markup)).toEqual(["0 a", "1 b", "2 a"]);
    expect(markup).toContain("Choices by position");
  });
});
