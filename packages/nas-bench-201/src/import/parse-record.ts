import { describeValue, PickleTuple, type PickleValue } from "@collm/checkpoint";
import { readOfficialString } from "@collm/search-space";
import { type Epochs, schedules, seedsOf, type TrainingSet, trainingSets } from "../columns.js";
import { Fields, recordProblem } from "./fields.js";
import { parseTrial } from "./parse-trial.js";
import type { ArchitectureRecord, Trial } from "./record.js";

/** What a record must agree with. */
export interface ExpectedRecord {
  /** From the file's name, or the key in a file of many. */
  readonly index: number;
  /** The official list of architectures. */
  readonly officialOrder: readonly string[];
  readonly origin: ArchitectureRecord["origin"];
}

/** Names of the schedules; those of the old `.pth` are words. */
const scheduleNames = {
  "nats-bench": { 12: "12", 200: "200" },
  "nas-bench-201": { 12: "less", 200: "full" },
} as const satisfies Record<ArchitectureRecord["origin"], Record<Epochs, string>>;

/**
 * Checks what a pickle made and gives it types. Throws CollmError data-loss that names the field, the
 * value and what was allowed:
 *
 *     schedule -> { arch_index, arch_str, dataset_seed: set -> seeds, all_results: (set, seed) -> trial }
 */
export function parseRecord(value: PickleValue, expected: ExpectedRecord): ArchitectureRecord {
  const { index, officialOrder, origin } = expected;
  const root = new Fields(value, "");
  const official = officialOrder[index];
  const read = readOfficialString(official ?? "");
  if (official === undefined || read.kind === "illegal") {
    throw recordProblem("index", `${index}`, `0 to ${officialOrder.length - 1}`);
  }
  const trials = new Map<string, readonly Trial[]>();
  for (const epochs of schedules) {
    const name = scheduleNames[origin][epochs];
    for (const set of trainingSets) trials.set(`${set}/${epochs}`, []);
    const schedule = root.fields(name);
    schedule.expect("arch_index", index);
    schedule.expect("arch_str", official);
    for (const [set, parsed] of parseSchedule(schedule, { official, epochs, origin })) {
      trials.set(`${set}/${epochs}`, parsed);
    }
  }
  return {
    index,
    official,
    choices: read.choices,
    origin,
    trials: (set, epochs) => trials.get(`${set}/${epochs}`) ?? [],
  };
}

interface Schedule {
  readonly official: string;
  readonly epochs: Epochs;
  readonly origin: ArchitectureRecord["origin"];
}

function parseSchedule(
  fields: Fields,
  schedule: Schedule,
): ReadonlyMap<TrainingSet, readonly Trial[]> {
  const results = resultsByKey(fields);
  const seedsBySet = parseSeeds(fields, schedule);
  const trials = new Map<TrainingSet, readonly Trial[]>();
  let count = 0;
  for (const [set, seeds] of seedsBySet) {
    const parsed = seeds.map((seed) => {
      const key = keyOf(set, seed);
      const path = `${fields.at("all_results")}[${key}]`;
      return parseTrial(new Fields(results.get(key), path), { ...schedule, set, seed });
    });
    count += parsed.length;
    trials.set(set, parsed);
  }
  if (results.size !== count) {
    const found = `${results.size} trials (${[...results.keys()].slice(0, 6).join("; ")})`;
    throw recordProblem(fields.at("all_results"), found, `the ${count} that dataset_seed names`);
  }
  return trials;
}

/** Keys are tuples, which are compared by what they hold. */
function resultsByKey(fields: Fields): ReadonlyMap<string, PickleValue> {
  const results = new Map<string, PickleValue>();
  for (const [key, value] of fields.fields("all_results").dict.entries()) {
    const [set, seed] = key instanceof PickleTuple ? key.items : [];
    if (typeof set !== "string" || typeof seed !== "number") {
      const allowed = "(data set, seed)";
      throw recordProblem(`a key of ${fields.at("all_results")}`, describeValue(key), allowed);
    }
    results.set(keyOf(set, seed), value);
  }
  return results;
}

function keyOf(set: string, seed: number): string {
  return `${set.slice(0, 40)}, ${seed}`;
}

function parseSeeds(
  fields: Fields,
  { epochs, origin }: Schedule,
): ReadonlyMap<TrainingSet, readonly number[]> {
  const seedsBySet = new Map<TrainingSet, readonly number[]>();
  const bySet = fields.fields("dataset_seed");
  for (const set of trainingSets) {
    // The first `.pth` has 12 epochs on half of CIFAR-10 only.
    const isOptional = origin === "nas-bench-201" && set !== "cifar10-valid";
    if (isOptional && bySet.get(set) === undefined) continue;
    const seeds = bySet.list(set);
    const known: readonly number[] = seedsOf[epochs];
    const allowed: readonly number[] = [...new Set([...known, 111, 777, 888, 999])];
    const isAscending = seeds.every(
      (seed, i) =>
        typeof seed === "number" &&
        allowed.includes(seed) &&
        (i === 0 || seed > (seeds[i - 1] as number)),
    );
    if (seeds.length === 0 || !isAscending) {
      const found = seeds.length === 0 ? "none" : seeds.map(describeValue).join(", ");
      throw recordProblem(bySet.at(set), found, `seeds of ${known.join(", ")} in this order`);
    }
    seedsBySet.set(set, seeds as readonly number[]);
  }
  const foreign = [...bySet.dict.entries()].find(
    ([set]) => !(trainingSets as readonly PickleValue[]).includes(set),
  );
  if (foreign) {
    throw recordProblem(
      `a key of ${bySet.path}`,
      describeValue(foreign[0]),
      trainingSets.join(", "),
    );
  }
  return seedsBySet;
}
