import { createHash } from "node:crypto";
import {
  type Benchmark,
  type BenchmarkSplit,
  benchmarkImages,
  openBenchmark,
  openTable,
} from "@collm/nas-bench-201";
import type { EvaluationResult, SupernetInfo } from "@collm/search";
import { createSearchSpace, nasBench201Spec, type SearchSpace } from "@collm/search-space";
import { type NoiseFloor, noiseFloor } from "@collm/statistics";
import type { Target } from "../plan.js";

/** A table's data set, ready to be searched. */
export interface OpenedTarget {
  readonly name: string;
  readonly space: SearchSpace;
  readonly info: SupernetInfo;
  /** Undefined where the table has no result. */
  lookUp(canonical: string, split: BenchmarkSplit): EvaluationResult | undefined;
}

/** What is known about a table's data set as a whole. */
export interface TableFacts {
  readonly noise: NoiseFloor;
  /** The architecture with the best validation accuracy, and its test accuracy. */
  readonly optimum: { readonly validationPercent: number; readonly testPercent: number };
  /** The best test accuracy of all, whatever its validation accuracy. */
  readonly bestTestPercent: number;
}

type TableTarget = Extract<Target, { kind: "table" }>;

/** Reads what a target needs of its table. */
export async function openTarget(target: TableTarget): Promise<OpenedTarget> {
  const benchmark = await benchmarkOf(target);
  const { settings } = target;
  const spec = nasBench201Spec(settings.dataSet);
  const space = createSearchSpace(spec);
  const digest = benchmark.digest("validation");
  // Every search of a suite asks for the same few thousand cells.
  const known = { validation: new Map(), test: new Map() } as const satisfies Record<
    BenchmarkSplit,
    Map<string, EvaluationResult>
  >;
  return {
    name: target.name,
    space,
    info: {
      name: target.name,
      family: "table",
      digest,
      contextDigest: digest,
      space: spec,
      validationImages: benchmarkImages(settings.dataSet, "validation"),
      executionProvider: "table",
      runtimeVersion: "table 1",
      isSynthetic: false,
    },
    lookUp: (canonical, split) => {
      const found = known[split].get(canonical);
      if (found) return found;
      const read = space.parse(canonical);
      const result =
        read.kind === "legal" ? benchmark.lookUp(read.architecture.choices, split) : undefined;
      if (result) known[split].set(canonical, result);
      return result;
    },
  };
}

/** What accuracies and times of the target depend on: a digest of both splits. */
export async function identityOfTable(target: TableTarget): Promise<string> {
  const benchmark = await benchmarkOf(target);
  const hash = createHash("sha256");
  hash.update(benchmark.digest("validation")).update(benchmark.digest("test"));
  return hash.update(JSON.stringify(target.settings)).digest("hex");
}

/** Noise floor and optimum, by a pass over the whole table. */
export async function factsOfTable(target: TableTarget): Promise<TableFacts> {
  const { table, accuracies } = await benchmarkOf(target);
  const space = createSearchSpace(nasBench201Spec(target.settings.dataSet));
  const validation = accuracies("validation");
  const test = accuracies("test");
  const noise = noiseFloor(validation, (row) =>
    space.functionClass?.(space.canonicalise(table.choicesOf(row))),
  );
  const optimum = { validationPercent: Number.NaN, testPercent: Number.NaN };
  let bestTestPercent = Number.NaN;
  for (let row = 0; row < table.rows; row++) {
    const percent = validation[row] as number;
    // Comparisons with NaN are false, so the first number replaces it.
    if (!(percent <= optimum.validationPercent) && !Number.isNaN(percent)) {
      optimum.validationPercent = percent;
      optimum.testPercent = test[row] as number;
    }
    const tested = test[row] as number;
    if (!(tested <= bestTestPercent) && !Number.isNaN(tested)) bestTestPercent = tested;
  }
  return { noise, optimum, bestTestPercent };
}

async function benchmarkOf({ path, settings }: TableTarget): Promise<Benchmark> {
  const table = await openTable(path);
  try {
    return await openBenchmark(table, settings);
  } finally {
    // All columns that count are in memory.
    await table.close();
  }
}
