import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "../checkpoint-format-error.js";
import { openTensorFile } from "../open-tensor-file.js";
import { opcode } from "../pickle/opcodes.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import type { Tensor } from "../tensor.js";
import * as py from "../testing/pickle-writer.js";
import {
  encodeTorchLegacy,
  encodeTorchZip,
  legacyPreamble,
  savedTensors,
  tensorOpcodes,
} from "../testing/pytorch-writer.js";

const file = temporaryFolder();

const tensors = new Map<string, Tensor>([
  ["a.weight", { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 4) }],
  ["a.counter", { dtype: "int64", shape: [], data: BigInt64Array.of(12n) }],
  ["half", { dtype: "float16", shape: [1], data: Uint16Array.of(0x3c00) }],
]);

/** Opens and reads everything; gives the error, which must be of the one kind that may escape. */
async function outcome(bytes: Uint8Array): Promise<CheckpointFormatError | "read"> {
  try {
    const source = await openTensorFile(file("hostile.pth", bytes));
    try {
      for (const name of source.names()) await source.read(name);
      return "read";
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof CheckpointFormatError) return error;
    throw error;
  }
}

const encoders = [
  ["zip", encodeTorchZip],
  ["legacy", encodeTorchLegacy],
] as const;

describe.each(encoders)("hostile files, %s container", (_, encode) => {
  const valid = encode(savedTensors(tensors));

  it("are read or refused whatever bits flip", async () => {
    const flips = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(7)), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, bit] of changes) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        await outcome(bytes);
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it("are refused wherever they are cut", async () => {
    for (let length = 0; length < valid.length; length += 7) {
      expect(await outcome(valid.subarray(0, length))).toBeInstanceOf(CheckpointFormatError);
    }
  });

  it("are read or refused whatever bytes stand in for the pickle", async () => {
    const opcodes = fc.constantFrom(...Object.values(opcode));
    const program = fc.array(fc.oneof({ weight: 4, arbitrary: opcodes }, fc.nat(255)), {
      maxLength: 120,
    });
    await fc.assert(
      fc.asyncProperty(program, async (bytes) => {
        await outcome(encode({ root: Buffer.from(bytes), storages: [] }));
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  const tensor = tensorOpcodes({ key: "0", dtype: "float32", elements: 2, shape: [2] });
  const storages = [{ key: "0", elements: 2, bytes: new Uint8Array(8) }];

  it("do no harm with programs beside the weights", async () => {
    const root = py.dict([
      [py.text("x"), tensor],
      [py.text("a"), py.call("os", "system", py.text("touch /tmp/owned"))],
      [py.text("b"), py.call("builtins", "eval", py.text("1"))],
      [py.text("c"), py.call("torch", "load", py.text("/etc/passwd"))],
    ]);
    const source = await openTensorFile(file("programs.pth", encode({ root, storages })));
    expect(source.names()).toEqual(["x"]);
    expect(() => source.info("a")).toThrow("found a as os.system, expected a plain tensor");
    await source.close();
  });

  /** The function and, in `tensor`, behind it the arguments: 5 bytes suffice for each further call. */
  const rebuild = py.global("torch._utils", "_rebuild_tensor_v2");
  const repeated = (count: number, ...parts: readonly (number | Uint8Array)[]): Buffer => {
    const once = Buffer.concat(parts.map((p) => (typeof p === "number" ? Buffer.of(p) : p)));
    return Buffer.alloc(count * once.length, once);
  };
  it.each([
    [
      "a memo bomb",
      Buffer.concat([
        py.none(),
        ...Array.from({ length: 250_000 }, (_, i) =>
          Buffer.concat([Buffer.of(opcode.longBinPut), py.uint32(i)]),
        ),
      ]),
      "memo slot 160000",
    ],
    ["deep nesting", repeated(500_000, opcode.emptyList), "100000 values on the stack"],
    ["open marks", repeated(500_000, opcode.mark), "nested more than 2000 deep"],
    ["a huge integer", Buffer.concat([Buffer.of(opcode.long4), py.uint32(2 ** 31)]), "more bytes"],
    [
      "a huge text",
      Buffer.concat([Buffer.of(opcode.binUnicode8), py.uint64(2n ** 62n)]),
      "more bytes",
    ],
    [
      "huge SETITEMS",
      Buffer.concat([Buffer.of(opcode.emptyDict, opcode.mark), repeated(300_000, opcode.none)]),
      "100000 values on the stack",
    ],
    [
      "dicts without end",
      Buffer.concat([
        Buffer.of(opcode.emptyList),
        repeated(300_000, opcode.emptyDict, py.int(0), py.none(), opcode.setItem, opcode.append),
      ]),
      "160000 objects",
    ],
    [
      "tensors without end",
      Buffer.concat([
        rebuild,
        Buffer.of(opcode.binPut, 0),
        tensor.subarray(rebuild.length, -1),
        Buffer.of(opcode.binPut, 1),
        repeated(90_000, opcode.binGet, 0, opcode.binGet, 1, opcode.reduce),
      ]),
      "more than 50000 tensors",
    ],
    [
      "doubling tuples",
      Buffer.concat([
        py.none(),
        ...Array.from({ length: 60 }, (_, i) =>
          Buffer.of(opcode.binPut, i, opcode.binGet, i, opcode.tuple2),
        ),
      ]),
      "a tuple of 2 as the saved object",
    ],
  ])("are refused with %s within two seconds of processor time", async (_, root, message) => {
    const before = process.cpuUsage();
    const error = await outcome(encode({ root, storages: [] }));
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(2_000_000);
    expect(String(error)).toMatch(new RegExp(message));
  });
});

describe("openTensorFile", () => {
  it("reads or refuses random bytes behind every magic", async () => {
    const magics = [
      Buffer.alloc(0),
      Buffer.from("PK\u0003\u0004", "latin1"),
      Buffer.of(opcode.proto, 2),
      Buffer.concat(legacyPreamble()),
      Buffer.from("ffff000000000000", "hex"),
    ];
    const content = fc.tuple(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(content, async ([magic, rest]) => {
        await outcome(Buffer.concat([magic, rest]));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
