import { call, instance, int, none, opcode, pickle, text, uint32 } from "@collm/checkpoint/testing";
import { encodeBzip2, encodePlain, plainRecord } from "@collm/nas-bench-201/testing";
import { createRng, type Rng } from "@collm/search-space";
import { type DamagedRecord, damagedIndex } from "./damaged-record.js";
import { randomChange, wrongField } from "./wrong-values.js";

let packed: Buffer | undefined;

/** The undamaged file. */
export function validPacked(): Buffer {
  packed ??= encodeBzip2(encodePlain(plainRecord(damagedIndex)));
  return packed;
}

function cutFile(rng: Rng): DamagedRecord {
  const valid = validPacked();
  const length = rng.int(valid.length);
  return {
    kind: "cut file",
    what: `${length} of ${valid.length} bytes`,
    form: "packed",
    bytes: valid.subarray(0, length),
    expected: "refused",
  };
}

function bitFlips(rng: Rng): DamagedRecord {
  const bytes = Buffer.from(validPacked());
  const positions = Array.from({ length: 1 + rng.int(4) }, () => rng.int(bytes.length));
  for (const at of positions) bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.int(8));
  const what = `bits of bytes ${positions.join(", ")}`;
  return { kind: "bit flips", what, form: "packed", bytes, expected: "harmless" };
}

function zeroedPart(rng: Rng): DamagedRecord {
  const bytes = Buffer.from(validPacked());
  const start = rng.int(bytes.length - 512);
  bytes.fill(0, start, start + 16 + rng.int(496));
  const what = `zeros from byte ${start} on`;
  return { kind: "zeroed part", what, form: "packed", bytes, expected: "harmless" };
}

function changedField(rng: Rng): DamagedRecord {
  const record = plainRecord(damagedIndex);
  const what = wrongField(record, rng);
  const bytes = encodePlain(record);
  return { kind: "wrong field", what, form: "unpacked", bytes, expected: "refused" };
}

function randomValue(rng: Rng): DamagedRecord {
  const record = plainRecord(damagedIndex);
  const what = randomChange(record, rng);
  const bytes = encodePlain(record);
  return { kind: "random value", what, form: "unpacked", bytes, expected: "either" };
}

function repeated(count: number, ...parts: readonly Uint8Array[]): Buffer {
  const one = Buffer.concat(parts);
  return Buffer.alloc(one.length * count, one);
}

const hostile: Readonly<Record<string, (rng: Rng) => Uint8Array>> = {
  "os.system": () => call("os", "system", text("true")),
  eval: () => call("builtins", "eval", text("1")),
  "a class of the benchmark's own code": () => instance("nats_bench.api_utils", "ArchResults", []),
  "a scalar of nothing": () => call("numpy.core.multiarray", "scalar", none(), none()),
  "a dtype of objects": () => call("numpy", "dtype", text("O8"), int(0), int(1)),
  "an array": () => call("numpy.core.multiarray", "_reconstruct", none()),
  "dicts without end": (rng) =>
    Buffer.concat([
      Buffer.of(opcode.emptyList),
      repeated(200_001 + rng.int(100_000), Buffer.of(opcode.emptyDict, opcode.append)),
    ]),
  "opcodes without end": (rng) =>
    repeated(500_001 + rng.int(100_000), none(), Buffer.of(opcode.pop)),
  "marks without end": (rng) => Buffer.alloc(2001 + rng.int(10_000), opcode.mark),
  "a memo slot far away": () =>
    Buffer.concat([none(), Buffer.of(opcode.longBinPut), uint32(2 ** 32 - 1)]),
  "a text of 4 GB": () => Buffer.concat([Buffer.of(opcode.binUnicode), uint32(2 ** 32 - 1)]),
  "bytes of 4 GB": () => Buffer.concat([Buffer.of(opcode.binBytes), uint32(2 ** 32 - 1)]),
  "another value": () => text("a record"),
  "nothing before the end": () => Buffer.alloc(0),
};

function hostilePickle(rng: Rng): DamagedRecord {
  const what = rng.pick(Object.keys(hostile));
  const bytes = pickle(hostile[what]?.(rng) ?? none());
  return { kind: "hostile pickle", what, form: "unpacked", bytes, expected: "refused" };
}

/** By turns, so that any number of cases has some of each. */
const turns: readonly ((rng: Rng) => DamagedRecord)[] = [
  bitFlips,
  changedField,
  cutFile,
  hostilePickle,
  randomValue,
  changedField,
  zeroedPart,
  bitFlips,
  randomValue,
  changedField,
];

/** The damaged record of this number; the same for the same seed. */
export function damagedRecord(seed: number, number: number): DamagedRecord {
  const make = turns[number % turns.length] as (rng: Rng) => DamagedRecord;
  return make(createRng(seed, "damaged record", number));
}
