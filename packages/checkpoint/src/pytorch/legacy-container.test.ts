import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "../checkpoint-format-error.js";
import { openTensorFile } from "../open-tensor-file.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import * as py from "../testing/pickle-writer.js";
import { encodeTorchLegacy, legacyPreamble, savedTensors } from "../testing/pytorch-writer.js";

const file = temporaryFolder();

const saved = savedTensors(
  new Map([["x", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }]]),
);
const valid = encodeTorchLegacy(saved);
const [magic, version, system] = legacyPreamble() as [Buffer, Buffer, Buffer];
const root = py.pickle(saved.root);
const keys = py.pickle(py.list(py.text("0")));
const count = py.uint64(2);
const elements = Buffer.alloc(8);

describe("legacy containers", () => {
  it.each([
    [
      "the same name twice, as list",
      [
        magic,
        version,
        system,
        root,
        py.pickle(py.list(py.text("0"), py.text("0"))),
        count,
        elements,
      ],
      'the text "0" a second time',
    ],
    [
      "another magic number",
      [py.pickle(py.long(5n)), version, system, root, keys, count, elements],
      "byte 0: found number 5, expected the magic number of PyTorch",
    ],
    [
      "another version",
      [magic, py.pickle(py.int(1002)), system, root, keys, count, elements],
      "number 1002, expected protocol version 1001",
    ],
    [
      "a big-endian file",
      [...legacyPreamble(false), root, keys, count, elements],
      "found a big-endian file, expected a little-endian file",
    ],
    [
      "no byte order",
      [magic, version, py.pickle(py.dict([])), root, keys, count, elements],
      "a dict of 0, expected a little-endian file",
    ],
    [
      "no list of storages",
      [magic, version, system, root, py.pickle(py.none()), count, elements],
      "found None, expected a list of storages",
    ],
    [
      "a storage that the object does not name",
      [magic, version, system, root, py.pickle(py.list(py.text("1"))), count, elements],
      'storage the text "1" of no class that is known',
    ],
    [
      "a storage that the list lacks",
      [magic, version, system, root, py.pickle(py.list())],
      "storage 0, which the list of storages lacks",
    ],
    [
      "another element count",
      [magic, version, system, root, keys, py.uint64(3), elements],
      "3 elements of storage 0, expected 2, as the object says",
    ],
    [
      "a huge element count",
      [magic, version, system, root, keys, py.uint64(2n ** 63n), elements],
      "9223372036854776000 elements of storage 0",
    ],
    [
      "elements that are cut",
      [magic, version, system, root, keys, count, elements.subarray(1)],
      "found the end of the file, expected 8 more bytes",
    ],
    [
      "bytes after the last storage",
      [valid, Buffer.alloc(3)],
      "3 bytes after the last storage, expected the end of the file",
    ],
    [
      "nothing after the magic number",
      [magic],
      "byte 15: found the end of the file, expected a pickle",
    ],
  ])("are refused with %s", async (_, parts, message) => {
    const path = file("broken.pth", Buffer.concat(parts));
    const error = await openTensorFile(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(String(error)).toContain(message);
  });
});
