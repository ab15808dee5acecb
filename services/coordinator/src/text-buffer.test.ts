import { maxLiveCharacters, type RoleText } from "@collm/search";
import { describe, expect, it } from "vitest";
import { TextBuffer } from "./text-buffer.js";

function piece(text: string, kind: RoleText["kind"] = "answer"): RoleText {
  return { role: "navigator", iteration: 1, kind, text };
}

function drain(buffer: TextBuffer): readonly RoleText[] {
  const texts: RoleText[] = [];
  for (let text = buffer.take(); text; text = buffer.take()) texts.push(text);
  return texts;
}

describe("TextBuffer", () => {
  it("joins the pieces of one text and keeps texts apart", () => {
    const buffer = new TextBuffer();
    for (const text of ["a", "b"]) buffer.push(piece(text, "reasoning"));
    for (const text of ["c", "d"]) buffer.push(piece(text));
    buffer.push({ ...piece("e"), iteration: 2 });
    expect(drain(buffer)).toEqual([
      piece("ab", "reasoning"),
      piece("cd"),
      { ...piece("e"), iteration: 2 },
    ]);
  });

  it("drops the oldest characters beyond its size, across texts, and goes on", () => {
    const buffer = new TextBuffer();
    buffer.push(piece("gone", "reasoning"));
    buffer.push(piece(`x${"y".repeat(maxLiveCharacters)}`));
    expect(drain(buffer)).toEqual([piece("y".repeat(maxLiveCharacters))]);
    for (let i = 0; i < 10_000; i++) buffer.push(piece(`${i} `, i % 2 ? "answer" : "reasoning"));
    const texts = drain(buffer);
    expect(texts.at(-1)).toEqual(piece("9999 "));
    expect(texts.reduce((sum, { text }) => sum + text.length, 0)).toBe(maxLiveCharacters);
    expect(drain(buffer)).toEqual([]);
  });
});
