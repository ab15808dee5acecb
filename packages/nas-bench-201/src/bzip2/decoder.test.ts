import { CheckpointFormatError } from "@collm/checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBzip2 } from "../testing/bzip2-writer.js";
import { Bzip2Decoder } from "./decoder.js";

/** Unpacks bytes that come in pieces of a size, into targets of another. */
function unpack(packed: Uint8Array, pieceBytes = 1000, targetBytes = 700): Buffer {
  let at = 0;
  const decoder = new Bzip2Decoder(
    () => {
      const piece = packed.subarray(at, at + pieceBytes);
      at += piece.length;
      return piece.length === 0 ? undefined : piece;
    },
    (byteOffset, found, expected) =>
      new CheckpointFormatError({ file: "packed", byteOffset, found, expected }),
  );
  const parts: Buffer[] = [];
  for (;;) {
    const target = Buffer.alloc(targetBytes);
    const length = decoder.read(target);
    parts.push(target.subarray(0, length));
    if (length < targetBytes) return Buffer.concat(parts);
  }
}

describe("Bzip2Decoder", () => {
  // Packed with bzip2 1.0.8.
  it.each([
    ["nothing", "425a683917724538509000000000", ""],
    [
      "hello world",
      "425a683931415926535944f7137800000191804000064490802000220334843021b68154278bb9229c2848227b89bc00",
      "hello world",
    ],
  ])("unpacks what bzip2 packed: %s", (_, packed, text) => {
    expect(unpack(Buffer.from(packed, "hex")).toString()).toBe(text);
  });

  it("gives back any bytes, whatever the pieces", () => {
    const runs = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 600 }));
    const bytes = fc
      .array(fc.oneof(runs, fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constant(1))), {
        maxLength: 60,
      })
      .map((parts) => Buffer.concat(parts.map(([byte, count]) => Buffer.alloc(count, byte))));
    const sizes = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(bytes, sizes, sizes, (original, pieceBytes, targetBytes) => {
        expect(unpack(encodeBzip2(original), pieceBytes, targetBytes)).toEqual(original);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("reads files that follow one another", () => {
    const packed = Buffer.concat([encodeBzip2(Buffer.from("ab")), encodeBzip2(Buffer.from("cd"))]);
    expect(unpack(packed).toString()).toBe("abcd");
  });

  const packed = encodeBzip2(Buffer.from("the quick brown fox jumps over the lazy dog ".repeat(9)));
  it.each([
    ["other bytes", Buffer.from("plain text"), "expected a bzip2 file"],
    ["nothing at all", Buffer.alloc(0), "expected"],
    ["a cut file", packed.subarray(0, packed.length - 3), "the end of the file"],
    ["a file cut in its block", packed.subarray(0, 60), "the end of the file"],
    ["bytes after the end", Buffer.concat([packed, Buffer.from("more")]), "the end of the file"],
    ["a wrong checksum", packed.with(11, 1 ^ (packed[11] ?? 0)), "another checksum of a block"],
    ["a randomised block", packed.with(14, 0x80 | (packed[14] ?? 0)), "a randomised block"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => unpack(Buffer.from(bytes))).toThrow(message);
  });

  it("refuses every file in which a bit is wrong, or gives the same bytes", () => {
    const original = unpack(packed);
    let refused = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const damaged = Buffer.from(packed);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        expect(unpack(damaged).equals(original)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointFormatError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(packed.length * 8 - 20);
  });
});
