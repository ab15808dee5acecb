import { describe, expect, it } from "vitest";
import { CheckpointFormatError } from "../checkpoint-format-error.js";
import { RandomAccessFile } from "../random-access-file.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import * as py from "../testing/pickle-writer.js";
import { type ByteSource, ByteStream } from "./byte-stream.js";
import type { PickleLimits } from "./limits.js";
import type { PickleWorld } from "./machine.js";
import { opcode } from "./opcodes.js";
import { readPickle } from "./read-pickle.js";
import { pickleLookaheadBytes, pickleWindowBytes, runPickle } from "./run.js";
import {
  Opaque,
  PickleDict,
  PickleGlobal,
  type PickleList,
  PickleObject,
  type PickleTuple,
  type PickleValue,
} from "./value.js";

const file = temporaryFolder();

/** A world that knows one class, which gives a dict. */
const world: PickleWorld = {
  global: (name) =>
    name === "known.Class" ? new PickleGlobal(name, () => new PickleDict()) : undefined,
  persistent: (id, byteOffset) => new Opaque(`stored ${String(id)}`, byteOffset),
};

async function run(program: Uint8Array, windowBytes = 1 << 18): Promise<PickleValue> {
  const source = await RandomAccessFile.open(file("program.pkl", program));
  try {
    const options = { what: "the pickle", windowBytes, lookaheadBytes: pickleLookaheadBytes };
    const stream = new ByteStream(source, { start: 0, end: program.length }, options);
    return await runPickle(stream, world);
  } finally {
    await source.close();
  }
}

/** The pickle of these opcodes, and nothing else. */
function raw(...parts: readonly (number | Uint8Array)[]): Buffer {
  return py.pickle(
    Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : part))),
  );
}

describe("runPickle", () => {
  it.each([
    ["None", py.none(), null],
    ["True", py.bool(true), true],
    ["a byte", py.int(200), 200],
    ["a negative integer", py.int(-3), -3],
    ["an integer of 40 bits", py.int(2 ** 39 + 1), 2 ** 39 + 1],
    ["an integer beyond 2^53", py.int(-(2n ** 70n)), -(2n ** 70n)],
    ["an empty integer", Buffer.of(opcode.long1, 0), 0],
    ["two bytes", Buffer.of(opcode.binInt2, 0x34, 0x12), 0x1234],
    ["a double", Buffer.of(opcode.binFloat, 0xc0, 4, 0, 0, 0, 0, 0, 0), -2.5],
    ["a text", py.text("Gewicht übrig"), "Gewicht übrig"],
    ["a short text", Buffer.of(opcode.shortBinUnicode, 2, 0x61, 0x62), "ab"],
  ])("reads %s", async (_, program, value) => {
    expect(await run(py.pickle(program))).toBe(value);
  });

  it("reads containers, with entries in several batches", async () => {
    const entries = Array.from({ length: 2500 }, (_, i) => [py.int(i), py.int(i * 2)] as const);
    const value = await run(py.pickle(py.tuple(py.list(py.int(1), py.none()), py.dict(entries))));
    const [list, dict] = (value as PickleTuple).items as [PickleList, PickleDict];
    expect(list.items).toEqual([1, null]);
    expect([...dict.entries()]).toEqual(entries.map((_, i) => [i, i * 2]));
  });

  it("remembers values, so that objects may hold themselves", async () => {
    const value = await run(
      raw(opcode.emptyList, opcode.binPut, 0, opcode.binGet, 0, opcode.append),
    );
    expect((value as PickleList).items[0]).toBe(value);
  });

  it("reads what newer protocols write", async () => {
    const value = await run(
      Buffer.concat([
        Buffer.of(opcode.proto, 4, opcode.frame),
        py.uint64(99),
        py.text("known"),
        Buffer.of(opcode.memoize),
        py.text("Class"),
        Buffer.of(opcode.stackGlobal, opcode.emptyTuple, opcode.reduce),
        Buffer.of(opcode.mark, opcode.binGet, 0, opcode.none, opcode.setItems, opcode.stop),
      ]),
    );
    expect([...(value as PickleDict).entries()]).toEqual([["known", null]]);
  });

  it("gives inert values for everything that is not of the closed list, whatever is done to it", async () => {
    const made = py.instance("argparse", "Namespace", [[py.text("lr"), py.int(1)]]);
    const filled = Buffer.concat([
      py.call("collections", "defaultdict", py.global("builtins", "list")),
      Buffer.of(opcode.mark, opcode.none, opcode.none, opcode.setItems),
      Buffer.of(opcode.none, opcode.append),
    ]);
    const called = Buffer.concat([
      py.call("torch", "device", py.text("cuda")),
      Buffer.of(opcode.emptyTuple, opcode.reduce),
    ]);
    const set = Buffer.of(opcode.emptySet, opcode.mark, opcode.none, opcode.addItems);
    const frozen = Buffer.of(opcode.mark, opcode.none, opcode.frozenSet);
    const keyword = Buffer.concat([
      py.global("known", "Class"),
      Buffer.of(opcode.emptyTuple, opcode.emptyDict, opcode.newObjEx),
    ]);
    const value = await run(py.pickle(py.tuple(made, filled, called, set, frozen, keyword)));
    const items = (value as PickleTuple).items as readonly Opaque[];
    expect(items.every((item) => item instanceof Opaque)).toBe(true);
    expect(items.map(({ what }) => what)).toEqual([
      "argparse.Namespace",
      "collections.defaultdict",
      "torch.device",
      "a set",
      "a frozenset",
      "known.Class",
    ]);
  });

  it("shows byte strings to a world that asks for them, and BUILD's state to its objects", async () => {
    class Made extends PickleObject {
      readonly what = "something made";
      state: PickleValue = null;

      override setState(state: PickleValue): void {
        this.state = state;
      }
    }
    const asking: PickleWorld = {
      global: (name) => new PickleGlobal(name, () => new Made()),
      persistent: world.persistent,
      bytes: (bytes) => Buffer.from(bytes).toString("hex"),
    };
    const built = Buffer.concat([py.call("a", "b"), py.text("state"), Buffer.of(opcode.build)]);
    const long = Buffer.concat([Buffer.of(opcode.binBytes), py.uint32(256), Buffer.alloc(256)]);
    const program = py.tuple(py.shortBytes(Buffer.of(1, 255)), long, built);
    const { items } = (await readPickle(source(py.pickle(program)), asking, few)) as PickleTuple;
    expect(items[0]).toBe("01ff");
    expect(items[1]).toMatchObject({ what: "bytes" });
    expect(items[2]).toMatchObject({ what: "something made", state: "state" });
  });

  it("never calls what a file names", async () => {
    const value = await run(py.pickle(py.call("os", "system", py.text("touch /tmp/owned"))));
    expect(value).toEqual(new Opaque("os.system", expect.any(Number) as unknown as number));
  });

  it("steps over long strings and integers without reading them", async () => {
    const long = Buffer.alloc(300_000, 65);
    const value = await run(
      raw(
        opcode.mark,
        opcode.binUnicode,
        py.uint32(long.length),
        long,
        opcode.binBytes8,
        py.uint64(long.length),
        long,
        opcode.long4,
        py.uint32(long.length),
        long,
        py.text("after"),
        opcode.tuple,
      ),
    );
    expect((value as PickleTuple).items).toMatchObject([
      { what: "a long text" },
      { what: "bytes" },
      { what: "a long integer" },
      "after",
    ]);
  });

  it("takes texts that are not UTF-8 as inert", async () => {
    const program = raw(opcode.shortBinUnicode, 1, 0xff);
    expect(await run(program)).toMatchObject({ what: "a text that is not UTF-8" });
  });

  it("reads through a window that is smaller than the pickle", async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => py.text(`layer.${i}.weight`));
    const value = await run(py.pickle(py.list(...names)), 70_000);
    expect((value as PickleList).items.at(-1)).toBe("layer.19999.weight");
  });

  const nested = (count: number): Buffer => Buffer.alloc(count, opcode.mark);
  it.each([
    ["no PROTO", Buffer.of(opcode.none, opcode.stop), 0, "a pickle of protocol 2 to 5"],
    ["an unknown protocol", Buffer.of(opcode.proto, 6), 0, "protocol 2 to 5"],
    ["a text opcode", raw(Buffer.from("I1\n")), 2, "byte 0x49"],
    ["DUP", raw(opcode.none, 0x32), 3, "byte 0x32"],
    ["an empty stack", raw(opcode.append), 2, "0 values on the stack"],
    ["nothing made", raw(), 2, "found 0 values and 0 marks at the end"],
    ["values left over", raw(opcode.none, opcode.none), 4, "found 2 values"],
    ["a mark left over", raw(opcode.none, opcode.mark), 4, "1 marks at the end"],
    ["no mark", raw(opcode.none, opcode.tuple), 3, "no mark on the stack"],
    [
      "a value taken from below a mark",
      raw(opcode.none, opcode.mark, opcode.tuple1),
      4,
      "0 values",
    ],
    [
      "a key without value",
      raw(opcode.emptyDict, opcode.mark, opcode.none, opcode.setItems),
      5,
      "1 keys",
    ],
    [
      "items for a number",
      raw(py.int(1), opcode.none, opcode.append),
      5,
      "found number 1, expected a list",
    ],
    [
      "entries for a list",
      raw(opcode.emptyList, opcode.none, opcode.none, opcode.setItem),
      5,
      "found a list of 0, expected a dict",
    ],
    [
      "a state for a tuple",
      raw(opcode.emptyTuple, opcode.none, opcode.build),
      4,
      "found a tuple of 0, expected an object",
    ],
    [
      "a call of a text",
      raw(py.text("os"), opcode.emptyTuple, opcode.reduce),
      10,
      'a call of the text "os"',
    ],
    [
      "a global of numbers",
      raw(py.int(1), py.int(2), opcode.stackGlobal),
      6,
      "number 1 and number 2",
    ],
    ["a memo slot that is empty", raw(opcode.binGet, 7), 2, "memo slot 7"],
    [
      "a memo slot beyond all",
      raw(opcode.none, opcode.longBinPut, py.uint32(2 ** 32 - 1)),
      3,
      "memo slot 4294967295",
    ],
    ["a module name without end", raw(opcode.global, Buffer.alloc(5000, 97)), 3, "no end of line"],
    [
      "a text beyond the end",
      raw(opcode.binUnicode, py.uint32(2 ** 31)),
      8,
      "the end of the pickle",
    ],
    ["a cut pickle", Buffer.of(opcode.proto, 2, opcode.binInt, 1), 4, "4 more bytes at byte 3"],
    ["no STOP", Buffer.of(opcode.proto, 2, opcode.none), 3, "the end of the pickle"],
    ["marks without end", raw(nested(3000)), 2002, "nested more than 2000 deep"],
    [
      "values without end",
      raw(Buffer.alloc(200_000, opcode.none)),
      100_002,
      "100000 values on the stack",
    ],
    [
      "dicts without end",
      raw(opcode.mark, Buffer.alloc(1_000_000, Buffer.of(opcode.emptyDict, opcode.pop))),
      320_003,
      "more than 160000 objects",
    ],
    [
      "opcodes without end",
      raw(Buffer.alloc(4_000_000, Buffer.of(opcode.none, opcode.pop))),
      2_000_001,
      "more than 2000000 opcodes",
    ],
  ])("refuses %s", async (_, program, byteOffset, message) => {
    const error = await run(program).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(String(error)).toContain(message);
    expect(error).toMatchObject({ byteOffset });
  });

  it("is not blown up by values that double themselves", async () => {
    // 60 tuples, each twice in the next: 2^60 leaves, if anyone counted them.
    const doubling = Array.from({ length: 60 }, (_, i) =>
      Buffer.of(opcode.binPut, i, opcode.binGet, i, opcode.tuple2),
    );
    const value = await run(raw(opcode.none, ...doubling));
    expect((value as PickleTuple).items).toHaveLength(2);
  });
});

/** Limits that small programs can reach. */
const few: PickleLimits = { opcodes: 50, values: 20, textBytes: 300, memoSlots: 5 };

/** Bytes of a source that does not know its end. */
function source(bytes: Uint8Array): ByteSource {
  return {
    read: async (start, length) => new Uint8Array(bytes.subarray(start, start + length)).buffer,
    problem: (byteOffset, found, expected) =>
      new CheckpointFormatError({ file: "somewhere", byteOffset, found, expected }),
  };
}

describe("readPickle", () => {
  it("reads a pickle whose size nobody knows, also one that is as long as the window", async () => {
    expect(await readPickle(source(py.pickle(py.text("all"))), world, few)).toBe("all");
    const bytesOf = (length: number): Buffer =>
      py.pickle(
        Buffer.concat([Buffer.of(opcode.binBytes), py.uint32(length), Buffer.alloc(length)]),
      );
    const filled = bytesOf(pickleWindowBytes - bytesOf(0).length);
    expect(filled).toHaveLength(pickleWindowBytes);
    expect(await readPickle(source(filled), world, few)).toMatchObject({ what: "bytes" });
  });

  it("lets a world take a dict's place, and then counts limits anew and forgets", async () => {
    const taking: PickleWorld = {
      ...world,
      settle: (dict) => (dict.size === 1 ? `settled ${dict.get("a")}` : undefined),
    };
    const one = py.dict([[py.text("a"), py.int(7)]]);
    const put = Buffer.concat([
      Buffer.of(opcode.emptyDict, opcode.memoize),
      Buffer.of(opcode.mark),
      py.text("a"),
      py.int(8),
      Buffer.of(opcode.setItems),
    ]);
    const many = Array.from({ length: 30 }, () => one);
    const value = await readPickle(source(py.pickle(py.list(...many, put))), taking, few);
    expect(new Set((value as PickleList).items)).toEqual(new Set(["settled 7", "settled 8"]));
    const late = py.list(put, one, one, one, one, Buffer.of(opcode.binGet, 0));
    await expect(readPickle(source(py.pickle(late)), taking, few)).rejects.toThrow("memo slot 0");
  });

  it.each([
    ["bytes after the pickle", Buffer.concat([py.pickle(py.none()), Buffer.of(0)]), "after the"],
    ["a cut pickle", py.pickle(py.text("text")).subarray(0, 9), "the end of the pickle"],
    ["nothing", Buffer.alloc(0), "the end of the pickle"],
    ["more opcodes than allowed", raw(Buffer.alloc(60, opcode.none)), "more than 50 opcodes"],
    ["more objects than allowed", raw(Buffer.alloc(30, opcode.emptyDict)), "more than 20 objects"],
    ["more text than allowed", py.pickle(py.text("a".repeat(301))), "more than 300 bytes"],
    ["more memo than allowed", raw(opcode.none, opcode.binPut, 5), "memo slot 5"],
  ])("refuses %s", async (_, program, message) => {
    await expect(readPickle(source(program), world, few)).rejects.toThrow(message);
  });
});
