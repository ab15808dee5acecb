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
