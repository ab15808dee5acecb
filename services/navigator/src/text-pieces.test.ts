import { describe, expect, it } from "vitest";
import { TextPieces } from "./text-pieces.js";

describe("TextPieces", () => {
  it("gives all text in order and joins what comes faster than it is taken, by kind", async () => {
    const pieces = new TextPieces();
    pieces.push("a", "reasoning");
    pieces.push("b", "reasoning");
    pieces.push("c", "answer");
    const taken: string[] = [];
    for await (const { kind, text } of pieces) {
      taken.push(`${kind} ${text}`);
      if (taken.length === 2) setImmediate(() => pieces.push("d", "answer"));
      if (taken.length === 3) pieces.end();
    }
    expect(taken).toEqual(["reasoning ab", "answer c", "answer d"]);
  });
});
