import { createSearchSpace, type NasBench201DataSet, nasBench201Spec } from "@collm/search-space";
import {
  columnName,
  type Epochs,
  indexColumn,
  rowColumns,
  schedules,
  seedColumn,
  seedCountColumn,
  seedsOf,
  type TrainingSet,
  trainingSets,
} from "../columns.js";
import { costInfo } from "./cost-info.js";
import { moreInfo } from "./more-info.js";
import type { ArchitectureRecord } from "./record.js";

/** What a table has on one architecture. */
export interface TableRow {
  readonly index: number;
  readonly choices: readonly number[];
  /** By position in `rowColumns`; NaN where nothing is known. */
  readonly values: Float64Array<ArrayBuffer>;
}

const positions: ReadonlyMap<string, number> = new Map(
  rowColumns.map((name, position) => [name, position]),
);

/** A row with nothing but the architecture. */
export function emptyRow(index: number, choices: readonly number[]): TableRow {
  const row = { index, choices, values: new Float64Array(rowColumns.length).fill(Number.NaN) };
  setColumn(row, indexColumn, index);
  return row;
}

export function setColumn(row: TableRow, name: string, value: number): void {
  const position = positions.get(name);
  if (position === undefined) throw new RangeError(`column: got ${name}, which rows lack`);
  row.values[position] = value;
}

/** Of a whole record what a table keeps: the official answers at the last epoch. */
export function rowOf(record: ArchitectureRecord): TableRow {
  const row = emptyRow(record.index, record.choices);
  for (const set of trainingSets) {
    for (const epochs of schedules) setResults(row, record, set, epochs);
  }
  return row;
}

function setResults(
  row: TableRow,
  record: ArchitectureRecord,
  set: TrainingSet,
  epochs: Epochs,
): void {
  const trials = record.trials(set, epochs);
  if (trials.length === 0) return;
  const { flops, params, latency } = costInfo(record, set, epochs);
  // After 12 epochs nothing was trained with the seed that the official repair takes.
  const exact = flops === undefined || params === undefined ? formulaCost(set, record) : undefined;
  const values = {
    ...moreInfo(record, { set, epochs }),
    flops: flops ?? exact?.flops,
    params: params ?? exact?.params,
    latency,
  };
  for (const [field, value] of Object.entries(values)) {
    if (value !== undefined) {
      setColumn(row, columnName(set, epochs, field as keyof typeof values), value);
    }
  }
  setColumn(row, seedCountColumn(set, epochs), trials.length);
  for (const { seed } of trials) {
    if (!(seedsOf[epochs] as readonly number[]).includes(seed)) continue;
    const info = moreInfo(record, { set, epochs, seed });
    for (const field of ["valid-accuracy", "test-accuracy"] as const) {
      const value = info[field];
      if (value !== undefined) setColumn(row, seedColumn(set, epochs, seed, field), value);
    }
  }
}

const dataSetOf: Readonly<Record<TrainingSet, NasBench201DataSet>> = {
  "cifar10-valid": "cifar10",
  cifar10: "cifar10",
  cifar100: "cifar100",
  "ImageNet16-120": "imagenet16-120",
};

const spaces = new Map(
  Object.values(dataSetOf).map((dataSet) => [dataSet, createSearchSpace(nasBench201Spec(dataSet))]),
);

/** Millions, from the closed formulas, which equal the official numbers. */
function formulaCost(set: TrainingSet, { choices }: ArchitectureRecord) {
  const space = spaces.get(dataSetOf[set]);
  const cost = space?.cost(space.canonicalise(choices));
  if (cost?.officialFlops === undefined) return undefined;
  return { flops: cost.officialFlops / 1e6, params: cost.paramsCount / 1e6 };
}
