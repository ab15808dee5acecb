import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTolerantJson } from "./tolerant-json.js";

function readValue(text: string): unknown {
  const read = readTolerantJson(text, 0);
  return read.kind === "read" ? read.node.value : read;
}

describe("readTolerantJson", () => {
  it("reads everything that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        // -0 is written as 0 by JSON.stringify, so compare with what JSON itself reads.
        expect(readValue(text)).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ["trailing commas", '{"a": [1, 2,], }', { a: [1, 2] }],
    ["line comments", '{"a": 1, // one\n "b": 2 # two\n}', { a: 1, b: 2 }],
    ["block comments", '{/* x */ "a": /* y */ 1}', { a: 1 }],
    ["single quotes", "{'a': 'it\\'s'}", { a: "it's" }],
    ["bare keys", "{a: 1, b_2: 2}", { a: 1, b_2: 2 }],
    ["Python's words", "{'a': True, 'b': None}", { a: true, b: null }],
    ["escapes", '"a\\n\\u00e9"', "a\né"],
  ])("reads %s", (_, text, value) => {
    expect(readValue(text)).toStrictEqual(value);
  });

  it("stops at the value's end and tells where its parts stand", () => {
    const read = readTolerantJson('see [{"a": 1}, 2] there', 4);
    expect(read).toMatchObject({
      kind: "read",
      node: {
        start: 4,
        end: 17,
        children: [
          { start: 5, end: 13 },
          { start: 15, end: 16 },
        ],
      },
    });
  });

  it.each([
    ["an unknown word", "[1, oops]"],
    ["a missing end", '{"a": [1, 2'],
    ["a missing comma", '[1"a"]'],
    ["a number that is none", "[1e999]"],
    ["deep nesting", "[".repeat(100) + "]".repeat(100)],
  ])("refuses %s", (_, text) => {
    expect(readTolerantJson(text, 0)).toMatchObject({ kind: "failed" });
  });

  it("keeps a key named __proto__ as a key", () => {
    const value = readValue('{"__proto__": {"polluted": true}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });

  it("stops when the shared budget is used up", () => {
    const budget = { left: 25 };
    expect(readTolerantJson("[1, 2, 3, 4, 5, 6]", 0, budget)).toMatchObject({
      kind: "failed",
      problem: "the text takes too long to read",
    });
  });
});
