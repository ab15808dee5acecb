import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { readNpy, writeNpy } from "./npy.js";
import { temporaryFolder } from "./temporary-folder.fixture.js";

const file = temporaryFolder();

/** A file of this version with this header text and the elements 1 and 2. */
function npy(version: 1 | 2 | 3, header: string, elements = Float32Array.of(1, 2)): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  return Buffer.concat([magic, length, Buffer.from(header), Buffer.from(elements.buffer)]);
}

describe("writeNpy", () => {
  it("writes what numpy.save writes", async () => {
    const path = file("written.npy");
    await writeNpy(path, { shape: [2], data: Float32Array.of(1, -0.5) });
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    const expected = Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
      Buffer.from(`${header.padEnd(117)}\n`),
      Buffer.from("0000803f000000bf", "hex"),
    ]);
    expect(readFileSync(path)).toEqual(expected);
  });

  it("refuses elements that do not fill the shape", async () => {
    await expect(writeNpy("unused", { shape: [3], data: new Float32Array(2) })).rejects.toThrow(
      "2 elements do not fill shape (3)",
    );
  });
});

describe("readNpy", () => {
  it("reads back what was written, whatever the shape", async () => {
    const path = file("round-trip.npy");
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), async (shape, start) => {
        const count = shape.reduce((product, size) => product * size, 1);
        const data = Float32Array.from({ length: count }, (_, i) => start + i);
        await writeNpy(path, { shape, data });
        expect(await readNpy(path)).toEqual({ shape, data });
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it.each([1, 2, 3] as const)("reads version %d", async (version) => {
    const header = `{"shape": (1, 2), 'fortran_order': False, 'descr': "<f4"}\n`;
    const array = await readNpy(file("version.npy", npy(version, header)));
    expect(array).toEqual({ shape: [1, 2], data: Float32Array.of(1, 2) });
  });

  it.each([
    ["doubles", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", /descr to be/],
    ["big endian", "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", /descr to be/],
    ["column order", "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", /fortran_order/],
    ["no shape", "{'descr': '<f4', 'fortran_order': False, }", /shape to be/],
    ["too few elements", "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", /12 for/],
    [
      "far too few",
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${"9".repeat(400)},)}`,
      /found 8/,
    ],
  ])("refuses %s", async (_, header, message) => {
    await expect(readNpy(file("bad.npy", npy(1, header)))).rejects.toThrow(message);
  });

  it("refuses other files, versions and oversized headers", async () => {
    await expect(readNpy(file("text", "not an array"))).rejects.toThrow("a .npy file");
    await expect(readNpy(file("v4", npy(4 as 3, "{}")))).rejects.toThrow("version 1, 2 or 3");
    await expect(readNpy(file("long", npy(2, " ".repeat(10_001))))).rejects.toThrow(
      "at most 10000",
    );
    await expect(readNpy(file("tiny", "abc"))).rejects.toThrow("8 bytes of magic and version");
  });

  it("either reads or refuses whatever the bytes are", async () => {
    const path = file("random.npy");
    const valid = npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
    const mutated = fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(valid);
      bytes[at] = byte;
      return bytes;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated), async (bytes) => {
        writeFileSync(path, bytes);
        await readNpy(path).catch((error: unknown) => {
          expect(error).toBeInstanceOf(CheckpointFormatError);
        });
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
