import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { encodeSafetensors } from "./encode-safetensors.js";
import { openSafetensors } from "./safetensors.js";
import { temporaryFolder } from "./temporary-folder.fixture.js";
import type { Tensor } from "./tensor.js";

const file = temporaryFolder();

const tensors = new Map<string, Tensor>([
  ["a.weight", { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 4) }],
  ["a.counter", { dtype: "int64", shape: [], data: BigInt64Array.of(12n) }],
  ["flags", { dtype: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ["half", { dtype: "float16", shape: [1], data: Uint16Array.of(0x3c00) }],
  ["empty", { dtype: "bfloat16", shape: [0, 4], data: new Uint16Array() }],
]);

/** A file with this header text and `dataBytes` zero bytes. */
function withHeader(header: string, dataBytes = 8): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

function entry(overrides: Record<string, unknown>): string {
  return JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...overrides } });
}

describe("openSafetensors", () => {
  it("gives every tensor back", async () => {
    const source = await openSafetensors(file("all.safetensors", encodeSafetensors(tensors)));
    expect([...source.names()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, tensor] of tensors) {
      expect(source.info(name)).toEqual({ dtype: tensor.dtype, shape: tensor.shape });
      expect(await source.read(name)).toEqual(tensor);
    }
    expect(source.info("other")).toBeUndefined();
    await expect(source.read("other")).rejects.toThrow("holds no tensor other");
    await source.close();
  });

  it("reads a tensor into given memory, shared or not, of the right length only", async () => {
    const source = await openSafetensors(file("all.safetensors", encodeSafetensors(tensors)));
    const target = new Uint8Array(new SharedArrayBuffer(3));
    await source.readInto("flags", target);
    expect([...target]).toEqual([1, 2, 3]);
    await expect(source.readInto("flags", new Uint8Array(4))).rejects.toThrow(
      "flags: got room for 4 bytes, it has 3",
    );
    await source.close();
  });

  it("digests the whole file, and gives the texts of the free metadata", async () => {
    const metadata = { made: "by hand", count: 3 };
    const bytes = withHeader(JSON.stringify({ __metadata__: metadata, ...JSON.parse(entry({})) }));
    const source = await openSafetensors(file("metadata.safetensors", bytes));
    expect(source.names()).toEqual(["x"]);
    expect(source.metadata).toEqual({ made: "by hand" });
    expect(await source.digest()).toBe(createHash("sha256").update(bytes).digest("hex"));
    await source.close();
  });

  it.each([
    ["another dtype", withHeader(entry({ dtype: "F8_E4M3" })), /byte 8: .*"F8_E4M3".*F32/],
    ["a negative size", withHeader(entry({ shape: [-2] })), /shape \[-2\] of tensor "x"/],
    ["a fractional size", withHeader(entry({ shape: [0.5] })), /shape \[0.5\]/],
    ["too many dimensions", withHeader(entry({ shape: Array(9).fill(1) })), /at most 8 sizes/],
    ["sizes that do not fit", withHeader(entry({ shape: [3] })), /expected 12 bytes for float32/],
    ["a reversed range", withHeader(entry({ data_offsets: [8, 0] })), /expected 8 bytes/],
    ["a gap", withHeader(entry({ data_offsets: [4, 12] }), 12), /after a gap/],
    ["bytes that no tensor owns", withHeader(entry({}), 9), /bytes after the last tensor/],
    ["data that are cut", withHeader(entry({}), 7), /the end of the file/],
    ["a list", withHeader("[]", 0), /JSON of another kind/],
    ["a header that is not JSON", withHeader("{nonsense"), /not JSON/],
    [
      "nested lists",
      withHeader(`{"x":${"[".repeat(1e5)}${"]".repeat(1e5)}}`),
      /nested 100001 deep/,
    ],
    [
      "millions of lists",
      withHeader(`{"x":[${"[],".repeat(1e6)}[]]}`),
      /1000004 objects, lists and keys/,
    ],
    ["a header beyond the file", Buffer.alloc(8, 1).fill(0, 2), /end of the file/],
    ["a header beyond all sense", Buffer.alloc(9, 255), /at most 4194304/],
    ["an empty file", Buffer.alloc(0), /8 bytes of header length/],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await openSafetensors(file("bad.safetensors", bytes)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(String(error)).toMatch(message);
  });

  it("refuses tensors that share bytes", async () => {
    const header = {
      x: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      y: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
    };
    const path = file("overlap.safetensors", withHeader(JSON.stringify(header)));
    await expect(openSafetensors(path)).rejects.toThrow(/tensor "y" overlapping its neighbour/);
  });

  it("notices that the file was cut after opening", async () => {
    const path = file("cut.safetensors", encodeSafetensors(tensors));
    const source = await openSafetensors(path);
    truncateSync(path, 20);
    await expect(source.read("flags")).rejects.toThrow(
      `${path}, byte 336: found the end of the file`,
    );
    await source.close();
  });

  it("refuses a folder, and passes the system's own errors on", async () => {
    await expect(openSafetensors(file("."))).rejects.toThrow("a regular file");
    await expect(openSafetensors(file("missing"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("either opens or refuses whatever the bytes are", async () => {
    const path = file("random.safetensors");
    const valid = encodeSafetensors(tensors);
    const mutated = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), async (bytes) => {
        writeFileSync(path, bytes);
        try {
          const source = await openSafetensors(path);
          for (const name of source.names()) await source.read(name);
          await source.close();
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointFormatError);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
