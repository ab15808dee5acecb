import { truncateSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "../checkpoint-format-error.js";
import { openTensorFile } from "../open-tensor-file.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import { uint64 } from "../testing/pickle-writer.js";
import { encodeTorchZip, savedTensors } from "../testing/pytorch-writer.js";
import { encodeZip, type WrittenEnd, type WrittenEntry } from "../testing/zip-writer.js";

const file = temporaryFolder();

const saved = savedTensors(
  new Map([["x", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }]]),
);
const valid = encodeTorchZip(saved);
const pickleBytes = valid.subarray(64, valid.indexOf("PK\u0007\u0008"));
const pickleEntry: WrittenEntry = { name: "archive/data.pkl", bytes: pickleBytes };
const storageEntry: WrittenEntry = {
  name: "archive/data/0",
  bytes: saved.storages[0]?.bytes ?? new Uint8Array(),
};

/** The archive with other directory fields for the pickle or the storage, further entries and end. */
function archive(changes: {
  readonly pickle?: Partial<WrittenEntry>;
  readonly storage?: Partial<WrittenEntry>;
  readonly others?: readonly WrittenEntry[];
  readonly end?: WrittenEnd;
}): Buffer {
  const { pickle, storage, others = [], end } = changes;
  return encodeZip(
    [{ ...pickleEntry, ...pickle }, { ...storageEntry, ...storage }, ...others],
    end,
  );
}

async function readAll(bytes: Uint8Array): Promise<void> {
  const source = await openTensorFile(file("archive.pth", bytes));
  try {
    for (const name of source.names()) await source.read(name);
  } finally {
    await source.close();
  }
}

describe("zip archives", () => {
  it.each([
    ["as PyTorch writes them", archive({})],
    ["without zip64 records", archive({ end: { zip64: false } })],
    [
      "with zip64 sizes",
      archive({
        storage: {
          sizeBytes: 0xffffffff,
          compressedBytes: 0xffffffff,
          extra: Buffer.concat([
            Buffer.from("9999020000000100100000", "hex").subarray(0, 6),
            Buffer.from("01001000", "hex"),
            uint64(8),
            uint64(8),
          ]),
        },
      }),
    ],
    ["without checksums", archive({ pickle: { crc32: 0 }, storage: { crc32: 0 } })],
    [
      "with a byte order",
      archive({ others: [{ name: "archive/byteorder", bytes: Buffer.from("little") }] }),
    ],
    [
      "with compressed entries that are not needed",
      archive({
        others: [
          { name: "archive/readme", bytes: Buffer.alloc(9), method: 8, sizeBytes: 2 ** 32 - 1 },
        ],
      }),
    ],
  ])("are read %s", async (_, bytes) => {
    await readAll(bytes);
  });

  it.each([
    [
      "a zip bomb as pickle",
      archive({ pickle: { method: 8, sizeBytes: 2 ** 31 } }),
      "entry archive/data.pkl compressed (method 8) from 2147483648",
    ],
    [
      "a zip bomb as storage",
      archive({ storage: { method: 8, sizeBytes: 2 ** 31 } }),
      "entry archive/data/0 compressed (method 8)",
    ],
    [
      "sizes that differ",
      archive({ storage: { sizeBytes: 2 ** 31 } }),
      "entry archive/data/0 compressed (method 0) from 2147483648 to 8 bytes",
    ],
    [
      "a huge size",
      archive({ storage: { sizeBytes: 2 ** 31, compressedBytes: 2 ** 31 } }),
      "entry archive/data/0 from byte",
    ],
    [
      "a storage of another size",
      archive({ storage: { bytes: new Uint8Array(12) } }),
      "entry archive/data/0 of 12 bytes, expected 8 for 2 elements of torch.FloatStorage",
    ],
    [
      "a missing storage",
      archive({ storage: { name: "archive/data/1" } }),
      "no entry archive/data/0",
    ],
    [
      "a damaged pickle",
      archive({ pickle: { crc32: 1 } }),
      /archive\/data.pkl with CRC-32 \w{8}, expected 00000001/,
    ],
    ["damaged elements", archive({ storage: { crc32: 1 } }), "found x with CRC-32"],
    ["an entry twice", archive({ others: [storageEntry] }), "a second entry archive/data/0"],
    [
      "entries that overlap",
      archive({ storage: { headerStart: 20 } }),
      "entry archive/data.pkl from byte 0 up to",
    ],
    [
      "entries at the same place",
      archive({ storage: { headerStart: 0 } }),
      "it to end before byte 0",
    ],
    [
      "an entry beyond the directory",
      archive({ storage: { headerStart: 2 ** 32 - 1 } }),
      "entry archive/data/0 from byte 4294967295",
    ],
    [
      "an entry where none is",
      archive({ storage: { headerStart: Number(valid.indexOf("archive/data/0")) } }),
      "found other bytes, expected the header of entry archive/data/0",
    ],
    [
      "a big-endian file",
      archive({ others: [{ name: "archive/byteorder", bytes: Buffer.from("big") }] }),
      'byte order "big"',
    ],
    [
      "no pickle",
      archive({ pickle: { name: "archive/data.txt" } }),
      "0 entries FOLDER/data.pkl among 2",
    ],
    [
      "two pickles",
      archive({ others: [{ ...pickleEntry, name: "other/data.pkl" }] }),
      "2 entries FOLDER/data.pkl",
    ],
    [
      "TorchScript",
      archive({ others: [{ name: "archive/constants.pkl", bytes: Buffer.alloc(1) }] }),
      "a TorchScript archive",
    ],
    [
      "bytes after the pickle",
      archive({ pickle: { bytes: Buffer.concat([pickleBytes, Buffer.of(0)]) } }),
      "1 bytes after the pickle in archive/data.pkl",
    ],
    [
      "more entries than there are",
      archive({ end: { entries: 3 } }),
      "a record of the archive's directory",
    ],
    [
      "fewer entries than there are",
      archive({ end: { entries: 1 } }),
      "1 records of 62 bytes in the archive's directory",
    ],
    [
      "millions of entries",
      archive({ end: { entries: 5_000_000 } }),
      "a directory of 5000000 entries",
    ],
    [
      "a directory that ends elsewhere",
      archive({ end: { directoryBytes: 50 } }),
      "a directory of 50 bytes",
    ],
    [
      "a directory beyond the file",
      archive({ end: { directoryStart: 2 ** 40 } }),
      "at byte 1099511627776",
    ],
    ["a comment", Buffer.concat([valid, Buffer.from("comment")]), "no end record of a zip archive"],
    ["a cut file", valid.subarray(0, -1), "the file may be cut short"],
    ["a few bytes", valid.subarray(0, 12), "the file may be cut short"],
  ])("are refused with %s", async (_, bytes, message) => {
    const error = await readAll(bytes).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointFormatError);
    if (typeof message === "string") expect(String(error)).toContain(message);
    else expect(String(error)).toMatch(message);
  });

  it("are refused when zip64 and plain end records differ", async () => {
    const bytes = Buffer.from(archive({}));
    bytes.writeUInt16LE(1, bytes.length - 12);
    await expect(readAll(bytes)).rejects.toThrow("two end records that differ");
  });

  it("are refused when the zip64 end record is said to be elsewhere", async () => {
    const bytes = Buffer.from(archive({}));
    bytes.writeUInt32LE(7, bytes.length - 22 - 20 + 8);
    await expect(readAll(bytes)).rejects.toThrow("a zip64 end record at byte 7");
  });

  it("are refused when a local header names another entry", async () => {
    const bytes = Buffer.from(archive({}));
    bytes.write("9", bytes.indexOf("archive/data/0") + 13);
    await expect(readAll(bytes)).rejects.toThrow("the header of entry archive/data/9");
  });

  it("are refused when they are cut after opening", async () => {
    const path = file("cut.pth", valid);
    const source = await openTensorFile(path);
    truncateSync(path, 300);
    await expect(source.read("x")).rejects.toThrow(CheckpointFormatError);
    await source.close();
  });
});
