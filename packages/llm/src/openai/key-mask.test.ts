import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyMask } from "./key-mask.js";

const key = "ababc-key-ab";

function masked(pieces: readonly string[], apiKey: string | undefined): readonly string[] {
  const given: string[] = [];
  const mask = createKeyMask(apiKey, (piece) => given.push(piece));
  for (const [i, piece] of pieces.entries()) mask.push(piece, i % 3 ? "answer" : "reasoning");
  mask.end();
  return given;
}

describe("createKeyMask", () => {
  it("shows no key, however it is cut, and everything else", () => {
    const part = fc.constantFrom(key, "ab", "ababc", "c-key", " ", "x", "🙂");
    const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(part), cuts, (parts, sizes) => {
        const text = parts.join("");
        const pieces: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(masked(pieces, key).join("")).toBe(text.replaceAll(key, "[key]"));
      }),
    );
  });

  it("holds nothing back where there is no key", () => {
    expect(masked(["a", "b"], undefined)).toEqual(["a", "b"]);
  });
});
