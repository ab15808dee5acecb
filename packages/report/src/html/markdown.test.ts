import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdown } from "./markdown.js";

const summaryOf = (language: string): string | undefined =>
  language === "directives" ? "Directives" : undefined;
const lines = (text: string): string[] => markdown(text, summaryOf).markup.trim().split("\n");

describe("markdown", () => {
  it("renders headings, paragraphs, bold and code", () => {
    expect(lines("# KEY PATTERNS\n\nGo **wide** with `ks = 5`.\n## Depth ##\nLess.")).toEqual([
      "<h4>KEY PATTERNS</h4>",
      "<p>Go <strong>wide</strong> with <code>ks = 5</code>.</p>",
      "<h5>Depth</h5>",
      "<p>Less.</p>",
    ]);
  });

  it("renders lists, with lines that go on", () => {
    expect(markdown("- a\n  more\n* b\n\n3. c\n4) d", summaryOf).markup).toBe(
      '<ul><li>a\nmore</li><li>b</li></ul>\n<ol start="3"><li>c</li><li>d</li></ol>\n',
    );
  });

  it("folds the fenced blocks that have a summary, closed or not", () => {
    const folded =
      '<details><summary>Directives</summary><pre class="wrap"><code>{"a": 1}</code></pre></details>';
    const escaped = folded.replaceAll('"a"', "&quot;a&quot;");
    expect(markdown('```directives\n{"a": 1}\n```\n', summaryOf).markup.trim()).toBe(escaped);
    expect(markdown('```directives\n{"a": 1}', summaryOf).markup.trim()).toBe(escaped);
    expect(lines("```json\n# no heading\n```")).toEqual([
      '<pre class="wrap"><code># no heading</code></pre>',
    ]);
  });

  it("lets no markup of a text survive and loses none of its words", () => {
    const tags =
      /<\/?(h4|h5|p|ul|li|strong|code|details|summary|ol|pre)>|<ol start="\d+">|<pre class="wrap">/g;
    const piece = fc.constantFrom(
      ..."# ,## ,- ,* ,1. ,**,`,```,```directives,\n,\n\n,<b>,<script>,</p>,\",',&lt;,x,[a](javascript:b),<img src=x>, ".split(
        ",",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const rest = markdown(text, summaryOf).markup.replace(tags, "");
        expect(rest).not.toMatch(/[<>"']/);
        const letters = (s: string): number => s.split("x").length;
        // Only the line of an opening or closing fence is not shown.
        if (!text.includes("```")) expect(letters(rest)).toBe(letters(text));
      }),
    );
  });
});
