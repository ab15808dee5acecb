import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "../checkpoint-format-error.js";
import { openTensorFile } from "../open-tensor-file.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import type { Tensor } from "../tensor.js";
import * as py from "../testing/pickle-writer.js";
import {
  encodeTorchLegacy,
  encodeTorchZip,
  type SavedObject,
  savedTensors,
  tensorOpcodes,
} from "../testing/pytorch-writer.js";

const file = temporaryFolder();

const encoders = [
  ["zip", encodeTorchZip],
  ["legacy", encodeTorchLegacy],
] as const;

const tensors = new Map<string, Tensor>([
  ["double", { dtype: "float64", shape: [2], data: Float64Array.of(0.1, -2) }],
  ["float", { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 4) }],
  ["half", { dtype: "float16", shape: [1], data: Uint16Array.of(0x3c00) }],
  ["bfloat", { dtype: "bfloat16", shape: [1], data: Uint16Array.of(0x3f80) }],
  ["long", { dtype: "int64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
  ["int", { dtype: "int32", shape: [1, 2], data: Int32Array.of(-1, 5) }],
  ["short", { dtype: "int16", shape: [1], data: Int16Array.of(-300) }],
  ["char", { dtype: "int8", shape: [3], data: Int8Array.of(-1, 0, 1) }],
  ["byte", { dtype: "uint8", shape: [3], data: Uint8Array.of(255, 0, 1) }],
  ["bool", { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) }],
  ["empty", { dtype: "float32", shape: [0, 4], data: new Float32Array() }],
]);

/** A storage of the floats 0, 1, 2, ... */
function counting(key: string, elements: number): SavedObject["storages"][number] {
  const data = Float32Array.from({ length: elements }, (_, i) => i);
  return { key, elements, bytes: new Uint8Array(data.buffer) };
}

/** A view of the 12 elements of storage 0. */
function view(shape: readonly number[], strides: readonly number[], offset = 0): Buffer {
  return tensorOpcodes({ key: "0", dtype: "float32", elements: 12, shape, strides, offset });
}

function stateDict(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  return py.dict(Object.entries(entries).map(([name, value]) => [py.text(name), value]));
}

async function errorOf(bytes: Uint8Array): Promise<unknown> {
  return await openTensorFile(file("bad.pth", bytes)).catch((error: unknown) => error);
}

describe.each(encoders)("openPyTorch, %s container", (format, encode) => {
  const open = (saved: SavedObject, name = "saved.pth") =>
    openTensorFile(file(`${format}-${name}`, encode(saved)));

  it("gives tensors of every type back", async () => {
    const source = await open(savedTensors(tensors));
    expect(source.description).toBe(`PyTorch file (${format}), 11 tensors under "state_dict"`);
    expect(source.names()).toEqual([...tensors.keys()]);
    for (const [name, tensor] of tensors) {
      expect(source.info(name)).toEqual({ dtype: tensor.dtype, shape: tensor.shape });
      expect(await source.read(name)).toEqual(tensor);
    }
    expect(source.info("other")).toBeUndefined();
    await expect(source.read("other")).rejects.toThrow(RangeError);
    await source.close();
  });

  it("puts views in order: transposed, sliced, overlapping, expanded, shared", async () => {
    const root = stateDict({
      plain: view([3, 4], [4, 1]),
      transposed: view([4, 3], [1, 4]),
      column: view([3], [4], 1),
      block: view([2, 2], [4, 1], 5),
      window: view([4, 3], [1, 1]),
      expanded: view([2, 3], [0, 1], 9),
      steps: view([2, 1, 3], [6, 77, 2]),
      last: view([], [], 11),
      none: view([0, 3], [3, 1], 12),
    });
    const source = await open({ root, storages: [counting("0", 12)] });
    const read = async (name: string) => [...(await source.read(name)).data];
    expect(await read("plain")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await read("transposed")).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    expect(await read("column")).toEqual([1, 5, 9]);
    expect(await read("block")).toEqual([5, 6, 9, 10]);
    expect(await read("window")).toEqual([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5]);
    expect(await read("expanded")).toEqual([9, 10, 11, 9, 10, 11]);
    expect(await read("steps")).toEqual([0, 2, 4, 6, 8, 10]);
    expect(await read("last")).toEqual([11]);
    expect(await read("none")).toEqual([]);
    await source.close();
  });

  it("identifies the file as git and sha256sum do", async () => {
    const bytes = encode(savedTensors(tensors));
    const path = file("identified.pth", bytes);
    const source = await openTensorFile(path);
    const gitBlobId = execFileSync("git", ["hash-object", path], { encoding: "utf8" }).trim();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(await source.identity()).toEqual({ sizeBytes: bytes.length, sha256, gitBlobId });
    expect(await source.digest()).toBe(sha256);
    await source.close();
  });

  it("skips what is beside the weights, and names it when it is asked for", async () => {
    const complex = py.call(
      "torch._utils",
      "_rebuild_tensor_v2",
      py.persistent(
        py.tuple(
          py.text("storage"),
          py.global("torch", "ComplexFloatStorage"),
          py.text("9"),
          py.text("cpu"),
          py.int(1),
        ),
      ),
      py.int(0),
      py.tuple(),
      py.tuple(),
      py.bool(false),
      py.orderedDict([]),
    );
    const weights = stateDict({
      weight: view([12], [1]),
      parameter: py.call(
        "torch._utils",
        "_rebuild_parameter",
        view([2], [1]),
        py.bool(true),
        py.orderedDict([]),
      ),
      version: py.int(2),
      sparse: py.call(
        "torch._utils",
        "_rebuild_sparse_tensor",
        py.global("torch", "sparse_coo"),
        py.none(),
      ),
      complex,
    });
    const root = stateDict({
      model: weights,
      epoch: py.int(3),
      args: py.instance("argparse", "Namespace", [
        [py.text("device"), py.call("torch", "device", py.text("cuda"))],
      ]),
      optimizer: stateDict({
        state: py.dict([[py.int(0), stateDict({ momentum: view([12], [1]) })]]),
      }),
    });
    const storages = [counting("0", 12), { key: "9", elements: 1, bytes: new Uint8Array(8) }];
    const source = await open({ root, storages });
    expect(source.names()).toEqual(["weight", "parameter"]);
    expect(source.info("version")).toBeUndefined();
    expect(() => source.info("sparse")).toThrow(
      /found sparse as torch._utils._rebuild_sparse_tensor, expected a plain tensor/,
    );
    await expect(source.read("complex")).rejects.toThrow(
      "found complex as a tensor over a storage of torch.ComplexFloatStorage",
    );
    await source.close();
  });

  it.each([
    [
      "an object",
      py.instance("models", "Net", []),
      "found models.Net as the saved object, expected a dict",
    ],
    ["a program", py.call("os", "system", py.text("true")), "found os.system as the saved object"],
    ["a tensor", view([12], [1]), "found a tensor [12] as the saved object"],
    [
      "no tensor",
      stateDict({ epoch: py.int(1), state: py.list() }),
      'no tensors at the top or under state_dict, model, model_state_dict; the object has the keys "epoch" (number 1), "state" (a list of 0)',
    ],
    ["an empty dict", py.dict([]), "the object has no keys"],
    [
      "a whole network",
      stateDict({ model: py.instance("models", "Net", []) }),
      '"model" (models.Net)',
    ],
    [
      "two state dicts",
      stateDict({
        model: stateDict({ a: view([1], [1]) }),
        state_dict: stateDict({ a: view([1], [1]) }),
      }),
      'tensors under "state_dict" and under "model"',
    ],
    [
      "a name that comes twice",
      py.dict([
        [py.text("a"), view([1], [1])],
        [py.text("a"), view([1], [1])],
      ]),
      'a second tensor "a"',
    ],
    ["a number as name", py.dict([[py.int(7), view([1], [1])]]), "a tensor named number 7"],
    [
      "a view beyond its storage",
      stateDict({ a: view([4, 3], [1, 4], 1) }),
      "a tensor [4, 3] with strides [1, 4] up to element 13, expected one within the 12 elements of storage 0",
    ],
    [
      "a view of absurd size",
      stateDict({ a: view([2 ** 52, 2 ** 52], [2 ** 52, 1]) }),
      "expected one within the 12 elements",
    ],
    [
      "a view that is expanded beyond all sense",
      stateDict({ a: view([2 ** 40], [0]) }),
      "4398046511104 bytes, expected at most",
    ],
    ["an offset beyond the storage", stateDict({ a: view([0], [1], 13) }), "up to element 13"],
    [
      "too many dimensions",
      stateDict({ a: view(Array(9).fill(1), Array(9).fill(1)) }),
      "9 sizes and 9 strides of a tensor, expected as many of each, at most 8",
    ],
    [
      "a negative size",
      stateDict({ a: view([-1], [1]) }),
      "expected (storage, offset, sizes, strides)",
    ],
    [
      "a parameter of a number",
      stateDict({ a: py.call("torch._utils", "_rebuild_parameter", py.int(1)) }),
      "a parameter of number 1",
    ],
    ["a persistent id that is no tuple", py.persistent(py.int(5)), "persistent id number 5"],
    [
      "a storage without a name",
      py.persistent(
        py.tuple(
          py.text("storage"),
          py.global("torch", "FloatStorage"),
          py.int(0),
          py.none(),
          py.int(1),
        ),
      ),
      "a storage named number 0",
    ],
    [
      "tensors that disagree about a storage",
      stateDict({
        a: view([1], [1]),
        b: tensorOpcodes({ key: "0", dtype: "int64", elements: 6, shape: [1] }),
      }),
      "storage 0 as 6 elements of torch.LongStorage, expected 12 of torch.FloatStorage",
    ],
  ])("refuses %s", async (_, root, message) => {
    const storages = root.includes("storage") ? [counting("0", 12)] : [];
    const error = await errorOf(encode({ root, storages }));
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(String(error)).toContain(message);
  });

  it("refuses thousands of names for the same bytes", async () => {
    const views = Array.from({ length: 5000 }, (_, i) => [`name${i}`, view([12, 1000], [1, 0])]);
    const root = stateDict(Object.fromEntries(views));
    const error = await errorOf(encode({ root, storages: [counting("0", 12)] }));
    expect(String(error)).toContain("tensors of more than 16 times the size of the file");
  });

  it("does not follow objects that hold themselves", async () => {
    // model = {}; model["model"] = model
    const knot = Buffer.concat([
      py.dict([]),
      Buffer.of(0x71, 0),
      py.text("model"),
      Buffer.of(0x68, 0, 0x73),
    ]);
    expect(String(await errorOf(encode({ root: knot, storages: [] })))).toContain(
      'the keys "model" (a dict of 1)',
    );
  });

  it("reads what older and newer versions of PyTorch write", async () => {
    const storage = (module: string, name: string, elements: number, part = py.none()): Buffer =>
      py.persistent(
        py.tuple(
          py.text("storage"),
          py.global(module, name),
          py.text(name),
          py.text("cpu"),
          py.int(elements),
          part,
        ),
      );
    const floats = storage("torch", "FloatStorage", 3);
    const shape = py.tuple(py.int(3));
    const strides = py.tuple(py.int(1));
    const rebuild = (version: string, ...args: readonly Uint8Array[]): Buffer =>
      py.call("torch._utils", `_rebuild_tensor${version}`, ...args);
    const plain = [py.int(0), shape, strides] as const;
    const hooks = [py.bool(false), py.orderedDict([])] as const;
    const root = stateDict({
      old: rebuild("", floats, ...plain),
      withoutMetadata: rebuild("_v2", floats, ...plain, ...hooks, py.dict([])),
      bytes: rebuild("_v2", storage("torch.storage", "UntypedStorage", 3), ...plain, ...hooks),
      negated: rebuild(
        "_v2",
        floats,
        ...plain,
        ...hooks,
        py.dict([[py.text("neg"), py.bool(true)]]),
      ),
      part: rebuild("", storage("torch", "FloatStorage", 3, py.tuple(py.text("0"))), ...plain),
      float8: rebuild(
        "_v3",
        storage("torch.storage", "UntypedStorage", 3),
        ...plain,
        ...hooks,
        py.global("torch", "float8_e5m2"),
      ),
    });
    const source = await open({
      root,
      storages: [
        { ...counting("FloatStorage", 3), key: "FloatStorage" },
        { key: "UntypedStorage", elements: 3, bytes: Uint8Array.of(7, 8, 9) },
      ],
    });
    expect(source.names()).toEqual(["old", "withoutMetadata", "bytes"]);
    expect((await source.read("old")).data).toEqual(Float32Array.of(0, 1, 2));
    expect(await source.read("bytes")).toEqual({
      dtype: "uint8",
      shape: [3],
      data: Uint8Array.of(7, 8, 9),
    });
    expect(() => source.info("negated")).toThrow("found negated as a tensor with metadata");
    expect(() => source.info("part")).toThrow("a tensor over a part of a storage");
    expect(() => source.info("float8")).toThrow("torch._utils._rebuild_tensor_v3");
    await source.close();
  });

  it("takes tensors beside a state dict for something else", async () => {
    const root = stateDict({ best_acc1: view([], []), model: stateDict({ a: view([1], [1]) }) });
    const source = await open({ root, storages: [counting("0", 12)] });
    expect(source.names()).toEqual(["a"]);
    await source.close();
  });

  it("removes DataParallel's prefix only where every tensor has it", async () => {
    const both = stateDict({ "module.a": view([1], [1]), b: view([1], [1]) });
    const source = await open({ root: both, storages: [counting("0", 12)] });
    expect(source.names()).toEqual(["module.a", "b"]);
    await source.close();
  });
});
