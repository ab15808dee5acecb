import { describe, expect, it } from "vitest";
import { TextPieces } from "./text-pieces.js";

describe("TextPieces", () => {
  it("gives all text in order and joins what comes faster than it is taken", async () => {
    const pieces = new TextPieces();
    pieces.push("a");
    pieces.push("b");
    const taken: string[] = [];
    for await (const piece of pieces) {
      taken.push(piece);
      if (taken.length === 1) setImmediate(() => pieces.push("c"));
      if (taken.length === 2) pieces.end();
    }
    expect(taken).toEqual(["ab", "c"]);
  });
});
