import {
  call,
  dict,
  instance,
  int,
  list,
  none,
  opcode,
  orderedDict,
  persistent,
  text,
  tuple,
  uint32,
  uint64,
} from "@collm/checkpoint/testing";
import type { Rng } from "@collm/search-space";
import type { CorruptedFile, Format } from "./corrupted-file.js";
import { hostileTensors, storages, tensor } from "./hostile-tensor.js";
import { encodeSaved } from "./valid-file.js";

/** Opcodes that make one value, and whether a file with it as the saved object must be refused. */
type Program = (rng: Rng) => Uint8Array;

/** Programs that Python would run: whoever wrote them wants code of theirs executed. */
const attacks: Readonly<Record<string, Program>> = {
  "os.system": () => call("os", "system", text("true")),
  "posix.system": () => call("posix", "system", text("true")),
  eval: () => call("builtins", "eval", text("__import__('os').system('true')")),
  "subprocess.Popen": () => call("subprocess", "Popen", list(text("/bin/sh"))),
  "getattr chain": () =>
    call("builtins", "getattr", call("builtins", "__import__", text("os")), text("system")),
  "torch.load": () => call("torch", "load", text("/etc/passwd")),
  "a function of the closed list's module": () =>
    call("torch._utils", "_import_dotted_name", text("os")),
  "a name with a dot": () => call("collections", "OrderedDict.__init__.__globals__"),
  "runpy by NEWOBJ": () => instance("runpy", "run_path", [[text("a"), int(1)]]),
  "a call of a call": () =>
    Buffer.concat([call("operator", "methodcaller", text("x")), tuple(none()), byte("reduce")]),
};

/** Programs that cost more than their bytes. Counts are one to three times what is allowed. */
const bombs: Readonly<Record<string, Program>> = {
  "memo bomb": (rng) =>
    Buffer.concat([
      none(),
      ...Array.from({ length: many(rng, 160_000) }, (_, i) =>
        Buffer.concat([byte("longBinPut"), uint32(i)]),
      ),
    ]),
  "one far memo slot": () => Buffer.concat([none(), byte("longBinPut"), uint32(2 ** 32 - 1)]),
  "nested lists": (rng) => repeated(many(rng, 100_000), byte("emptyList")),
  "nested tuples": (rng) => Buffer.concat([none(), repeated(many(rng, 160_000), byte("tuple1"))]),
  "open marks": (rng) => repeated(many(rng, 2_000), byte("mark")),
  "huge SETITEMS": (rng) =>
    Buffer.concat([byte("emptyDict"), byte("mark"), repeated(many(rng, 100_000), none())]),
  "dicts without end": (rng) =>
    Buffer.concat([
      byte("emptyList"),
      repeated(many(rng, 160_000), dict([[int(0), none()]]), byte("append")),
    ]),
  "lists without end": (rng) =>
    Buffer.concat([
      byte("emptyList"),
      repeated(many(rng, 160_000), byte("emptyList"), none(), byte("append"), byte("append")),
    ]),
  "texts without end": (rng) =>
    Buffer.concat([
      byte("emptyList"),
      repeated(many(rng, 160_000), text("weight"), byte("append")),
    ]),
  "large texts": (rng) =>
    Buffer.concat([
      byte("emptyList"),
      repeated(many(rng, 130), text("w".repeat(65_536)), byte("append")),
    ]),
  "integers without end": (rng) =>
    Buffer.concat([
      byte("emptyList"),
      repeated(
        many(rng, 33_000),
        Buffer.of(opcode.long1, 255),
        Buffer.alloc(255, 7),
        byte("append"),
      ),
    ]),
  "opcodes without end": (rng) => repeated(many(rng, 1_000_000), none(), byte("pop")),
  "huge LONG4": (rng) => Buffer.concat([byte("long4"), uint32(2 ** 31 + rng.int(1000))]),
  "huge text": (rng) =>
    Buffer.concat([byte("binUnicode8"), uint64(2n ** 62n + BigInt(rng.int(9)))]),
  "huge bytes": () => Buffer.concat([byte("byteArray8"), uint64(2n ** 64n - 1n)]),
  "a long module name": () => Buffer.concat([byte("global"), Buffer.alloc(100_000, "a")]),
  "doubling tuples": (rng) =>
    Buffer.concat([
      none(),
      ...Array.from({ length: 40 + rng.int(60) }, (_, i) =>
        Buffer.of(opcode.binPut, i, opcode.binGet, i, opcode.tuple2),
      ),
    ]),
  "DUP and TUPLE2": (rng) =>
    Buffer.concat([none(), repeated(40 + rng.int(60), Buffer.of(0x32, opcode.tuple2))]),
  "a dict that holds itself": () =>
    Buffer.concat([
      dict([]),
      Buffer.of(opcode.binPut, 0),
      text("state_dict"),
      Buffer.of(opcode.binGet, 0, opcode.setItem),
    ]),
};

/** Programs that are no programs. */
const nonsense: Readonly<Record<string, Program>> = {
  "random opcodes": (rng) => {
    const codes = Object.values(opcode);
    return Buffer.from(
      Array.from({ length: 1 + rng.int(200) }, () =>
        rng.int(5) === 0 ? rng.int(256) : rng.pick(codes),
      ),
    );
  },
  "random bytes": (rng) => Buffer.from(Array.from({ length: rng.int(200) }, () => rng.int(256))),
  "opcodes outside the list": (rng) =>
    Buffer.of(rng.pick([0x49, 0x69, 0x6f, 0x50, 0x82, 0x84, 0x97, 0x98, 0x54, 0x64, 0x6c])),
  "an empty stack": (rng) =>
    byte(
      rng.pick([
        "reduce",
        "build",
        "append",
        "setItems",
        "tuple3",
        "binPersId",
        "stackGlobal",
      ] as const),
    ),
  "a foreign persistent id": (rng) =>
    persistent(rng.pick([none(), int(7), text("storage"), tuple(), tuple(text("tensor"), none())])),
};

const families = { attack: attacks, bomb: bombs, nonsense, tensor: hostileTensors } as const;

/** A file of PyTorch whose pickle was written by an enemy, as the saved object or beside the weights. */
export function hostilePickle(format: Exclude<Format, "safetensors">, rng: Rng): CorruptedFile {
  const family = rng.pick(["attack", "bomb", "bomb", "nonsense", "tensor"] as const);
  const name = rng.pick(Object.keys(families[family]));
  const program = families[family][name]?.(rng) ?? none();
  const isBeside = family === "attack" && rng.int(2) === 0;
  const root = isBeside
    ? dict([
        [text("state_dict"), orderedDict([[text("weight"), tensor()]])],
        [text("args"), program],
      ])
    : family === "tensor"
      ? dict([[text("weight"), program]])
      : program;
  return {
    format,
    kind: "hostile pickle",
    what: isBeside ? `${name} beside the weights` : name,
    bytes: encodeSaved(format, { root, storages: isBeside ? storages : [] }),
    expected: isBeside ? "read" : "refused",
  };
}

function byte(name: keyof typeof opcode): Buffer {
  return Buffer.of(opcode[name]);
}

function many(rng: Rng, allowed: number): number {
  return allowed + 1 + rng.int(2 * allowed);
}

function repeated(count: number, ...parts: readonly Uint8Array[]): Buffer {
  const once = Buffer.concat(parts);
  return Buffer.alloc(count * once.length, once);
}
