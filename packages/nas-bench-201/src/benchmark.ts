import { createHash } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { NasBench201DataSet } from "@collm/search-space";
import { columnName, type Epochs, type TrainingSet } from "./columns.js";
import type { BenchmarkTable } from "./table.js";

export interface BenchmarkSettings {
  readonly dataSet: NasBench201DataSet;
  /** Schedule whose accuracies are looked up. */
  readonly epochs: Epochs;
  /**
   * What a search is charged for an evaluation. `training`: training the network and validating it
   * once, as the official `simulate_train_eval` does. `evaluation`: validating it, as if its weights
   * were inherited.
   */
  readonly charge: "training" | "evaluation";
}

export type BenchmarkSplit = "validation" | "test";

/** What the benchmark knows about one architecture on one split. */
export interface TableResult {
  /** Mean over all seeds, in percent. */
  readonly top1Percent: number;
  readonly images: number;
  /** What the search is charged for. */
  readonly seconds: number;
}

/** One data set and schedule of a table. */
export interface Benchmark {
  readonly table: BenchmarkTable;
  readonly settings: BenchmarkSettings;
  /** Undefined where the table has no result, as after the import of a part. */
  lookUp(choices: readonly number[], split: BenchmarkSplit): TableResult | undefined;
  /** Accuracies in percent by row of the table; NaN where there is none. */
  accuracies(split: BenchmarkSplit): Float64Array;
  /** Digest of what is looked up on the split: architectures, accuracies and times. */
  digest(split: BenchmarkSplit): string;
}

/**
 * The two splits of each data set. CIFAR-10 has two training runs: on half of the training images,
 * validated on the other half, and on all of them, which alone is tested.
 */
const splits = {
  cifar10: {
    validation: { set: "cifar10-valid", group: "valid", images: 25_000 },
    test: { set: "cifar10", group: "test", images: 10_000 },
  },
  cifar100: {
    validation: { set: "cifar100", group: "valid", images: 5_000 },
    test: { set: "cifar100", group: "test", images: 5_000 },
  },
  "imagenet16-120": {
    validation: { set: "ImageNet16-120", group: "valid", images: 3_000 },
    test: { set: "ImageNet16-120", group: "test", images: 3_000 },
  },
} as const satisfies Record<NasBench201DataSet, Record<BenchmarkSplit, SplitColumns>>;

interface SplitColumns {
  readonly set: TrainingSet;
  readonly group: "valid" | "test";
  readonly images: number;
}

/** Column of a data set's accuracies on a split. */
export function accuracyColumn(
  dataSet: NasBench201DataSet,
  epochs: Epochs,
  split: BenchmarkSplit,
): string {
  const { set, group } = splits[dataSet][split];
  return columnName(set, epochs, `${group}-accuracy`);
}

/** Images of a data set's split. */
export function benchmarkImages(dataSet: NasBench201DataSet, split: BenchmarkSplit): number {
  return splits[dataSet][split].images;
}

/**
 * Reads what a data set and schedule need of a table. Throws CollmError failed-precondition when
 * the table lacks accuracies or the times that are to be charged.
 */
export async function openBenchmark(
  table: BenchmarkTable,
  settings: BenchmarkSettings,
): Promise<Benchmark> {
  const validation = await readSplit(table, settings, "validation");
  const test = await readSplit(table, settings, "test");
  const bySplit = { validation, test };
  return {
    table,
    settings,
    lookUp: (choices, split) => {
      const row = table.rowOf(choices);
      const { accuracy, seconds, images } = bySplit[split];
      const top1Percent = row === undefined ? undefined : accuracy[row];
      if (row === undefined || top1Percent === undefined || Number.isNaN(top1Percent)) {
        return undefined;
      }
      return { top1Percent, images, seconds: seconds[row] ?? 0 };
    },
    accuracies: (split) => bySplit[split].accuracy,
    digest: (split) => {
      const hash = createHash("sha256");
      for (let row = 0; row < table.rows; row++) hash.update(Uint8Array.from(table.choicesOf(row)));
      const { accuracy, seconds } = bySplit[split];
      return hash.update(accuracy).update(seconds).digest("hex");
    },
  };
}

async function readSplit(
  table: BenchmarkTable,
  { dataSet, epochs, charge }: BenchmarkSettings,
  split: BenchmarkSplit,
) {
  const { set, group, images } = splits[dataSet][split];
  const read = async (field: "accuracy" | "per-time"): Promise<Float64Array | undefined> => {
    const name = columnName(set, epochs, `${group}-${field}`);
    return table.columnNames.includes(name) ? await table.column(name) : undefined;
  };
  const accuracy = await read("accuracy");
  if (!accuracy) {
    throw new CollmError(
      "failed-precondition",
      `${table.path}: has no ${split} accuracies of ${dataSet} after ${epochs} epochs`,
    );
  }
  const measuring = await read("per-time");
  const trainingName = columnName(set, epochs, "train-all-time");
  const training =
    charge === "training" && table.columnNames.includes(trainingName)
      ? await table.column(trainingName)
      : undefined;
  if (charge === "training" ? !training : !measuring) {
    throw new CollmError(
      "failed-precondition",
      `charge: got ${charge}, and ${table.path} has no times of it for ${dataSet}; its source had none`,
    );
  }
  // Tables from a CSV have training times only; measuring takes a hundredth of that.
  const known = (times: Float64Array | undefined, row: number): number => {
    const seconds = times?.[row] ?? 0;
    return Number.isNaN(seconds) ? 0 : seconds;
  };
  const seconds = accuracy.map((_, row) => known(training, row) + known(measuring, row));
  return { accuracy, seconds, images };
}
