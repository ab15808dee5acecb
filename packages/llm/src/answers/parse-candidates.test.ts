import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NotationShape } from "./notation-shape.js";
import { parseCandidates } from "./parse-candidates.js";

const shape: NotationShape = { kind: "object", keys: ["ks", "e", "d", "r"] };
const a = { ks: [3, 5], e: [1, 2], d: [1], r: 24 };
const b = { ks: [7, 7], e: [4, 4], d: [2], r: 32 };
const textA = JSON.stringify(a);
const textB = JSON.stringify(b);

function notations(text: string, of = shape): unknown[] {
  return parseCandidates(text, of).map((proposal) => proposal.notation);
}

describe("parseCandidates", () => {
  it.each([
    [
      "one fenced block each",
      `First:\n\`\`\`json\n${textA}\n\`\`\`\nThen:\n\`\`\`\n${textB}\n\`\`\``,
    ],
    ["a fenced list", `\`\`\`json\n[${textA},\n${textB},]\n\`\`\``],
    ["a wrapper", `{"candidates": [${textA}, ${textB}]}`],
    ["a wrapper of another name", `{"architectures": {"first": ${textA}, "second": ${textB}}}`],
    [
      "entries with reasons",
      `[{"why": "small", "net": ${textA}}, {"why": "big", "net": ${textB}}]`,
    ],
    ["prose", `I suggest ${textA} and, to be bold, ${textB}.`],
    ["comments", `[${textA}, // small\n${textB} # big\n]`],
    ["brackets in prose", `Kernels [3, 5] help {a lot}. ${textA} [sic] ${textB}`],
    ["JSON lines", `${textA}\n${textB}\n`],
  ])("finds candidates in %s", (_, text) => {
    expect(notations(text)).toEqual([a, b]);
  });

  it("quotes each candidate as it was written", () => {
    expect(parseCandidates(`[${textA}]`, shape)[0]?.text).toBe(textA);
  });

  it("keeps the whole entries of a list that was cut off and reports the rest", () => {
    const proposals = parseCandidates(`{"candidates": [${textA}, ${textB}, {"ks": [3, 5`, shape);
    expect(proposals.map((proposal) => proposal.notation)).toEqual([a, b, undefined]);
    expect(proposals[2]).toMatchObject({ problem: expect.stringContaining("the text ends here") });
  });

  it("reports a candidate that cannot be read and goes on behind it", () => {
    const proposals = parseCandidates(`[{"ks": [3, oops], "r": 24},\n${textB}]`, shape);
    expect(proposals).toMatchObject([
      { problem: expect.stringContaining("oops") },
      { notation: b },
    ]);
  });

  it.each([
    ["NaN", '{"ks": [3, NaN], "e": [1, 2], "d": [1], "r": 24}'],
    ["-Infinity", '{"ks": [3, 5], "e": [1, 2], "d": [1], "r": -Infinity}'],
  ])("drops a candidate with %s in it and says so; the others survive", (value, spoilt) => {
    expect(parseCandidates(`[${textA}, ${spoilt}, ${textB}]`, shape)).toMatchObject([
      { notation: a },
      { text: expect.stringContaining(value), problem: expect.stringContaining(`"${value}"`) },
      { notation: b },
    ]);
  });

  it("takes an architecture that others come from for no candidate", () => {
    expect(notations(`[{"parent": ${textA}, "net": ${textB}}]`)).toEqual([b]);
    const strategy = `Parents = [${textA}]\n${textB}`;
    expect(notations(strategy)).toEqual([b]);
    const all = parseCandidates(strategy, shape, { takesReferences: true });
    expect(all.map(({ notation }) => notation)).toEqual([a, b]);
    expect(notations(`[{"parent": ${textA}, "net": {"ks": [3,`)).toEqual([undefined]);
  });

  it("leaves out what a model notes down beside an architecture, but no other key", () => {
    const noted = `{"id": 1, "why": "the "deep" one", ${textA.slice(1, -1)}, "flops": 3.1e8}`;
    expect(notations(noted)).toEqual([a]);
    expect(notations(`{${textA.slice(1, -1)}, "w": 1.2}`)).toEqual([{ ...a, w: 1.2 }]);
  });

  it.each([
    [
      "YAML",
      "- ks: [3, 5]\n  e: [1, 2]\n  d: [1]\n  r: 24\n- ks: [7, 7]\n  e: [4, 4]\n  d: [2]\n  r: 32",
    ],
    ["lines", "1) ks=[3, 5]; e=[1, 2]; d=[1]; r=24\n2) ks=[7, 7]; e=[4, 4]; d=[2]; r=32"],
    [
      "a table",
      "| # | ks | e | d | r |\n|---|---|---|---|---|\n| 1 | 3,5 | 1,2 | [1] | 24 |\n| 2 | 7,7 | 4,4 | [2] | 32 |",
    ],
  ])("reads %s, and nothing out of prose around it", (_, text) => {
    const prose =
      "I keep r = 24 near the middle, since ks: [3, 3] and e: [1, 1] are too small for d: [1].";
    expect(notations(`${prose}\n${text}\n\n${prose}`)).toEqual([a, b]);
  });

  it("passes on an object of the model's own invention, for the legality check to judge", () => {
    expect(notations('{"resolution": 24}')).toEqual([{ resolution: 24 }]);
  });

  it("takes no candidate from a directives block", () => {
    expect(notations(`\`\`\`directives\n{"parents": [${textA}]}\n\`\`\`\n${textB}`)).toEqual([b]);
  });

  it("finds nothing in prose", () => {
    expect(parseCandidates("I am sorry, I cannot help with that.", shape)).toEqual([]);
  });

  it("finds lists where a space writes lists", () => {
    expect(notations("[[0, 1, 2], [3, 2, 1]]", { kind: "list" })).toEqual([
      [0, 1, 2],
      [3, 2, 1],
    ]);
  });

  it("finds strings in a list where a space writes strings", () => {
    expect(notations('["|a~0|", "|b~0|"]', { kind: "string" })).toEqual(["|a~0|", "|b~0|"]);
  });

  it("ignores the rest of an answer that never stops", () => {
    expect(parseCandidates(`${textA}\n`.repeat(5_000), shape)).toHaveLength(256);
  });

  it("never throws, and every proposal has a notation or a problem", () => {
    const bits = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        ":",
        ",",
        "\\",
        "//",
        "/*",
        "*/",
        "#",
        "\n",
        "1",
        "ks",
        "r",
      ],
      textA,
      "```json",
      "```directives",
      '"ks":',
      "-",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 200 }), fc.string(), (pieces, noise) => {
        for (const proposal of parseCandidates(pieces.join("") + noise, shape)) {
          expect(proposal.notation === undefined).toBe(proposal.problem !== undefined);
          expect(() => JSON.stringify(proposal)).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "[",
    "{",
    '{"',
    "[//",
    "{'a':[",
    '{"ks":',
    "[1,",
    "/*",
    '["\\"',
    "{ks:{ks:[",
    "```directives",
  ])("is done soon with a megabyte of %j", (piece) => {
    const startedMs = performance.now();
    parseCandidates(piece.repeat(1_000_000 / piece.length), shape);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });
});
