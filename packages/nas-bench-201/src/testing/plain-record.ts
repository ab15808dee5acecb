import {
  call,
  dict,
  float,
  int,
  list,
  none,
  opcode,
  pickle,
  shortBytes,
  text,
  tuple,
} from "@collm/checkpoint/testing";
import { createRng } from "@collm/search-space";
import { schedules, seedsOf, trainingSets } from "../columns.js";
import { officialOrder } from "../import/official-order.js";

/** What a record's pickle is made of, to be changed at will before it is written. */
export type Plain = number | string | null | Plain[] | Map<Plain, Plain> | PlainTuple | NumpyNumber;

export class PlainTuple {
  readonly items: readonly Plain[];

  constructor(...items: readonly Plain[]) {
    this.items = items;
  }
}

/** A `numpy.float64`. */
export class NumpyNumber {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

const images = {
  "cifar10-valid": { "x-valid": 25_000, "ori-test": 10_000 },
  cifar10: { "ori-test": 10_000 },
  cifar100: { "x-valid": 5_000, "x-test": 5_000, "ori-test": 10_000 },
  "ImageNet16-120": { "x-valid": 3_000, "x-test": 3_000, "ori-test": 6_000 },
} as const;

let order: readonly string[] | undefined;

/** A record of made-up numbers in the official layout, as a tree of Python's values. */
export function plainRecord(index: number): Map<Plain, Plain> {
  order ??= officialOrder();
  const official = order[index] ?? "";
  const rng = createRng(index, "plain record");
  return new Map<Plain, Plain>(
    schedules.map((epochs) => {
      const results = new Map<Plain, Plain>();
      const seedsBySet = new Map<Plain, Plain>();
      for (const set of trainingSets) {
        const seeds = epochs === 200 || set === "cifar10-valid" ? [...seedsOf[epochs]] : [111];
        seedsBySet.set(set, seeds);
        for (const seed of seeds) {
          results.set(new PlainTuple(set, seed), plainTrial({ set, seed, epochs, official, rng }));
        }
      }
      const schedule = new Map<Plain, Plain>([
        ["arch_index", index],
        ["arch_str", official],
        ["all_results", results],
        ["dataset_seed", seedsBySet],
      ]);
      return [String(epochs), schedule];
    }),
  );
}

interface TrialOptions {
  readonly set: (typeof trainingSets)[number];
  readonly seed: number;
  readonly epochs: number;
  readonly official: string;
  readonly rng: { int(limit: number): number };
}

function plainTrial({ set, seed, epochs, official, rng }: TrialOptions): Map<Plain, Plain> {
  const every = Array.from({ length: epochs }, (_, epoch) => epoch);
  const percent = (): number => rng.int(100_000) / 1000 + 0.0001;
  const byEpoch = (value: () => number): Map<Plain, Plain> =>
    new Map(every.map((epoch): [Plain, Plain] => [epoch, value()]));
  const splits = Object.entries(images[set]);
  const bySplit = (value: (count: number) => number): Map<Plain, Plain> =>
    new Map(
      splits.flatMap(([split, count]) =>
        every.map((epoch): [Plain, Plain] => [`${split}@${epoch}`, value(count)]),
      ),
    );
  return new Map<Plain, Plain>([
    ["name", set],
    ["train_acc1es", byEpoch(percent)],
    ["train_acc5es", null],
    ["train_losses", byEpoch(percent)],
    ["train_times", byEpoch(() => 7.25)],
    ["arch_config", new Map<Plain, Plain>([["arch_str", official]])],
    ["params", new NumpyNumber(0.129306)],
    ["flop", 15.64737],
    ["seed", String(seed).padStart(4, "0")],
    ["epochs", epochs],
    ["latency", [new NumpyNumber(0.0139)]],
    ["eval_names", splits.map(([split]) => split)],
    ["eval_acc1es", bySplit(percent)],
    ["eval_losses", bySplit(percent)],
    ["eval_times", bySplit((count) => count / 1e4 + 0.5)],
    ["net_state_dict", null],
  ]);
}

/** The pickle of a record, as Python writes it with protocol 2. */
export function encodePlain(value: Plain): Buffer {
  return pickle(opcodesOf(value));
}

function opcodesOf(value: Plain): Uint8Array {
  if (value === null) return none();
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? int(value) : float(value);
  if (Array.isArray(value)) return list(...value.map(opcodesOf));
  if (value instanceof PlainTuple) return tuple(...value.items.map(opcodesOf));
  if (value instanceof NumpyNumber) return numpyOpcodes(value);
  return dict([...value].map(([key, of]) => [opcodesOf(key), opcodesOf(of)] as const));
}

function numpyOpcodes({ value }: NumpyNumber): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  const state = tuple(int(3), text("<"), none(), none(), none(), int(-1), int(-1), int(0));
  const dtype = Buffer.concat([
    call("numpy", "dtype", text("f8"), int(0), int(1)),
    state,
    Buffer.of(opcode.build),
  ]);
  return call("numpy.core.multiarray", "scalar", dtype, shortBytes(bytes));
}
