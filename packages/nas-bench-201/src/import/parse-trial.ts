import { describeValue } from "@collm/checkpoint";
import type { Epochs, TrainingSet } from "../columns.js";
import { anySize, checkNumber, type Fields, percent, recordProblem, someSize } from "./fields.js";
import {
  type ArchitectureRecord,
  type EvaluationSplit,
  evaluationSplits,
  type Trial,
} from "./record.js";

export interface ExpectedTrial {
  readonly official: string;
  readonly epochs: Epochs;
  readonly origin: ArchitectureRecord["origin"];
  readonly set: TrainingSet;
  readonly seed: number;
}

/** Splits that a data set is evaluated on, and those of which 200 epochs only keep the last. */
const splitsOf: Readonly<
  Record<
    TrainingSet,
    { readonly every: readonly EvaluationSplit[]; readonly last: readonly EvaluationSplit[] }
  >
> = {
  "cifar10-valid": { every: ["x-valid"], last: ["ori-test"] },
  cifar10: { every: ["ori-test"], last: [] },
  cifar100: { every: ["ori-test"], last: ["x-valid", "x-test"] },
  "ImageNet16-120": { every: ["ori-test"], last: ["x-valid", "x-test"] },
};

/** Checks one trial and gives it types. Throws CollmError data-loss naming the field. */
export function parseTrial(fields: Fields, expected: ExpectedTrial): Trial {
  const { epochs, seed, origin } = expected;
  checkIdentity(fields, expected);
  const isOld = origin === "nas-bench-201";
  const trial: Trial = {
    seed,
    epochs,
    trainAccuracies: fields.numbers<number>("train_acc1es", "number", percent),
    trainLosses: fields.numbers<number>("train_losses", "number", anySize),
    trainTimes: optional(fields, "train_times", isOld)
      ? fields.numbers<number>("train_times", "number", anySize)
      : new Map(),
    evaluated: parseSplits(fields),
    accuracies: fields.numbers<string>("eval_acc1es", "string", percent),
    losses: fields.numbers<string>("eval_losses", "string", anySize),
    times: optional(fields, "eval_times", isOld)
      ? fields.numbers<string>("eval_times", "string", anySize)
      : new Map(),
    flops: fields.number("flop", someSize),
    params: fields.number("params", someSize),
    latencies: parseLatencies(fields),
  };
  checkEpochs(fields, trial, expected);
  return trial;
}

function checkIdentity(fields: Fields, { official, epochs, set, seed }: ExpectedTrial): void {
  fields.expect("name", set);
  fields.expect("epochs", epochs);
  // The seed is a text with zeros before it in files, a number in some old ones.
  const given = fields.get("seed");
  const isSeed = typeof given === "string" ? /^\d{1,6}$/.test(given) : typeof given === "number";
  if (!isSeed || Number(given) !== seed) {
    throw recordProblem(fields.at("seed"), describeValue(given), String(seed).padStart(4, "0"));
  }
  fields.fields("arch_config").expect("arch_str", official);
}

/** Whether a field of old files is there; in others it must be. */
function optional(fields: Fields, name: string, isOptional: boolean): boolean {
  const value = fields.get(name);
  return !(isOptional && (value === null || value === undefined));
}

function parseSplits(fields: Fields): readonly EvaluationSplit[] {
  return fields.list("eval_names").map((name) => {
    const split = evaluationSplits.find((known) => known === name);
    if (split !== undefined) return split;
    const allowed = evaluationSplits.join(", ");
    throw recordProblem(fields.at("eval_names"), describeValue(name), allowed);
  });
}

function parseLatencies(fields: Fields): readonly number[] {
  const value = fields.get("latency");
  if (value === null || value === undefined) return [];
  // Negative ones stand for a measurement that was not made.
  const range = { from: -1, to: 1e6 };
  return fields
    .list("latency")
    .filter((latency) => latency !== null)
    .map((latency, i) => checkNumber(latency, `${fields.at("latency")}[${i}]`, range));
}

/** Fails when an epoch is missing that the official files have. */
function checkEpochs(fields: Fields, trial: Trial, { set, epochs, origin }: ExpectedTrial): void {
  const every = Array.from({ length: epochs }, (_, epoch) => epoch);
  const last = [epochs - 1];
  for (const [name, numbers] of [
    ["train_acc1es", trial.trainAccuracies],
    ["train_losses", trial.trainLosses],
  ] as const) {
    requireKeys(fields, name, numbers, every);
  }
  // Of the genuine old files none was at hand: only what their API cannot do without is asked for.
  const isOld = origin === "nas-bench-201";
  if (!isOld || trial.trainTimes.size > 0) {
    requireKeys(fields, "train_times", trial.trainTimes, every);
  }
  const { every: always, last: atEnd } = splitsOf[set];
  for (const split of isOld ? always : [...always, ...atEnd]) {
    if (!trial.evaluated.includes(split)) {
      const found = trial.evaluated.join(", ") || "nothing";
      throw recordProblem(fields.at("eval_names"), found, `${split} among them`);
    }
    const isWhole = !isOld && (always.includes(split) || epochs === 12);
    const keys = (isWhole ? every : last).map((epoch) => `${split}@${epoch}`);
    requireKeys(fields, "eval_acc1es", trial.accuracies, keys);
    requireKeys(fields, "eval_losses", trial.losses, keys);
    if (!isOld) {
      const all = every.map((epoch) => `${split}@${epoch}`);
      requireKeys(fields, "eval_times", trial.times, all);
    }
  }
}

function requireKeys<Key extends number | string>(
  fields: Fields,
  name: string,
  numbers: ReadonlyMap<Key, number>,
  keys: readonly Key[],
): void {
  const missing = keys.find((key) => !numbers.has(key));
  if (missing === undefined) return;
  throw recordProblem(`${fields.at(name)}[${missing}]`, "nothing", "a number for this epoch");
}
