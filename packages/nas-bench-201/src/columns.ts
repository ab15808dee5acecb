/**
 * Columns of a table: one float64 for each architecture, NaN where the source has none. Names are
 * the official ones, `<trained on>/<epochs>/<field>`, e.g. `cifar10-valid/200/valid-accuracy`.
 */

/** What networks were trained on: `cifar10-valid` is half of CIFAR-10, validated on the other half. */
export const trainingSets = ["cifar10-valid", "cifar10", "cifar100", "ImageNet16-120"] as const;
export type TrainingSet = (typeof trainingSets)[number];

/** The two schedules. */
export const schedules = [12, 200] as const;
export type Epochs = (typeof schedules)[number];

const groups = ["train", "valid", "test", "valtest"] as const;
const groupFields = ["loss", "accuracy", "per-time", "all-time"] as const;

/**
 * What the official API gives at the last epoch as the mean over all seeds: losses, accuracies in
 * percent and seconds by split (`get_more_info`); `flops` and `params` in millions and `latency` in
 * seconds (`get_cost_info`).
 */
export const fields = [
  ...groups.flatMap((group) => groupFields.map((field) => `${group}-${field}` as const)),
  "flops",
  "params",
  "latency",
] as const;
export type Field = (typeof fields)[number];

export type ColumnName = `${TrainingSet}/${Epochs}/${Field}`;

export function columnName(set: TrainingSet, epochs: Epochs, field: Field): ColumnName {
  return `${set}/${epochs}/${field}`;
}

/** Seeds that the benchmark used, by schedule. */
export const seedsOf = { 12: [111, 777], 200: [777, 888, 999] } as const satisfies Record<
  Epochs,
  readonly number[]
>;

const seedFields = ["valid-accuracy", "test-accuracy"] as const;
export type SeedField = (typeof seedFields)[number];

/** How many seeds the averages are over. */
export function seedCountColumn(set: TrainingSet, epochs: Epochs): string {
  return `${set}/${epochs}/seeds`;
}

/** The accuracy of one seed at the last epoch, e.g. `cifar10/200/seed-777/test-accuracy`. */
export function seedColumn(
  set: TrainingSet,
  epochs: Epochs,
  seed: number,
  field: SeedField,
): string {
  return `${set}/${epochs}/seed-${seed}/${field}`;
}

/** Position of each row's architecture in the official list of all. */
export const indexColumn = "index";

/** Every column that a table may have, in the order of a row. */
export const rowColumns: readonly string[] = [
  indexColumn,
  ...trainingSets.flatMap((set) =>
    schedules.flatMap((epochs) => [
      ...fields.map((field) => columnName(set, epochs, field)),
      seedCountColumn(set, epochs),
      ...seedsOf[epochs].flatMap((seed) =>
        seedFields.map((field) => seedColumn(set, epochs, seed, field)),
      ),
    ]),
  ),
];
