import { type Plain, PlainTuple } from "@collm/nas-bench-201/testing";
import type { Rng } from "@collm/search-space";

type PlainMap = Map<Plain, Plain>;

/** Changes to a trial or its schedule that no reader may let pass, by what they are. */
const wrongFields: Readonly<Record<string, (parts: RecordParts, rng: Rng) => void>> = {
  "another index": ({ schedule }, rng) => void schedule.set("arch_index", 285 + rng.int(99)),
  "an index that is a text": ({ schedule }) => void schedule.set("arch_index", "284"),
  "another architecture": ({ schedule }) =>
    void schedule.set("arch_str", "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"),
  "no schedule": ({ record, epochs }) => void record.delete(epochs),
  "no trials": ({ schedule }) => void schedule.delete("all_results"),
  "no seeds": ({ seeds, set }) => void seeds.set(set, []),
  "an unknown seed": ({ seeds, set }) => void seeds.set(set, [778]),
  "seeds in another order": ({ seeds }) => void seeds.set("cifar10-valid", [888, 777]),
  "a seed without trial": ({ results, key }) => void results.delete(key),
  "a trial that no seed names": ({ results, trial }) =>
    void results.set(new PlainTuple("cifar10", 111_111), trial),
  "an unknown data set": ({ seeds }) => void seeds.set("cifar11", [777]),
  "the name of another data set": ({ trial }) => void trial.set("name", "svhn"),
  "the seed of another trial": ({ trial }) => void trial.set("seed", "0123"),
  "another schedule's epochs": ({ trial }) => void trial.set("epochs", 90),
  "a missing field": ({ trial }, rng) => void trial.delete(rng.pick(neededFields)),
  "a field that is None": ({ trial }, rng) => void trial.set(rng.pick(neededFields), null),
  "a missing last epoch": ({ numbers, lastKey }) => void numbers.delete(lastKey),
  "a number that is none": ({ numbers, lastKey }) => void numbers.set(lastKey, Number.NaN),
  "an infinite number": ({ numbers, lastKey }, rng) =>
    void numbers.set(lastKey, rng.pick([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])),
  "a negative number": ({ numbers, lastKey }, rng) => void numbers.set(lastKey, -0.5 - rng.int(99)),
  "a number that is a text": ({ numbers, lastKey }) => void numbers.set(lastKey, "90.1"),
  "an accuracy above 100": ({ trial, lastKey, numbersName }, rng) => {
    const accuracies = numbersName.startsWith("train") ? "train_acc1es" : "eval_acc1es";
    (trial.get(accuracies) as PlainMap).set(lastKey, 101 + rng.int(1000));
  },
  "no parameters": ({ trial }) => void trial.set("params", 0),
  "an unknown set": ({ trial }) => void trial.set("eval_names", ["y-valid"]),
  "a latency that is a text": ({ trial }) => void trial.set("latency", ["fast"]),
};

const neededFields = [
  "name",
  "train_acc1es",
  "train_losses",
  "train_times",
  "arch_config",
  "params",
  "flop",
  "seed",
  "epochs",
  "eval_names",
  "eval_acc1es",
  "eval_losses",
  "eval_times",
] as const;

/** One trial of a record, with what it lies in. */
interface RecordParts {
  readonly record: PlainMap;
  readonly epochs: string;
  readonly schedule: PlainMap;
  readonly seeds: PlainMap;
  readonly results: PlainMap;
  readonly key: Plain;
  readonly set: Plain;
  readonly trial: PlainMap;
  /** One of the trial's dicts of numbers, and its key of the last epoch. */
  readonly numbersName: string;
  readonly numbers: PlainMap;
  readonly lastKey: Plain;
}

/** Makes one field of the record wrong; gives what was done. */
export function wrongField(record: PlainMap, rng: Rng): string {
  const epochs = rng.pick(["12", "200"]);
  const schedule = record.get(epochs) as PlainMap;
  const results = schedule.get("all_results") as PlainMap;
  const key = rng.pick([...results.keys()]) as PlainTuple;
  const trial = results.get(key) as PlainMap;
  const numbersName = rng.pick([
    "train_acc1es",
    "train_losses",
    "train_times",
    "eval_acc1es",
    "eval_losses",
    "eval_times",
  ]);
  const numbers = trial.get(numbersName) as PlainMap;
  const what = rng.pick(Object.keys(wrongFields));
  wrongFields[what]?.(
    {
      record,
      epochs,
      schedule,
      seeds: schedule.get("dataset_seed") as PlainMap,
      results,
      key,
      set: key.items[0] as Plain,
      trial,
      numbersName,
      numbers,
      lastKey: [...numbers.keys()].at(-1) as Plain,
    },
    rng,
  );
  return `${what} (${epochs}, ${key.items.join(", ")}, ${numbersName})`;
}

/** Replaces any value or key of the record by some other; gives what was done. */
export function randomChange(record: PlainMap, rng: Rng): string {
  let map = record;
  let path = "";
  for (;;) {
    const key = rng.pick([...map.keys()]);
    const value = map.get(key);
    path += `/${key instanceof PlainTuple ? key.items.join(", ") : String(key)}`;
    if (value instanceof Map && rng.int(12) > 0) {
      map = value;
      continue;
    }
    const others: Plain[] = [null, -1, 1e300, Number.NaN, 7, 1.5, "x", "", [], new Map()];
    const other = rng.pick(others);
    if (rng.int(3) === 0) {
      map.delete(key);
      map.set(other, value ?? null);
      return `${path}: another key`;
    }
    map.set(key, other);
    return `${path}: ${String(other)}`;
  }
}
