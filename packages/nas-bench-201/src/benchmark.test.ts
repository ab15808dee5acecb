import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBenchmark } from "./benchmark.js";
import { type BenchmarkTable, openTable, writeTable } from "./table.js";

let folder: string;
let table: BenchmarkTable;
const known = [3, 0, 3, 1, 0, 1];
const unknown = [0, 0, 0, 0, 0, 0];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-benchmark-"));
  const path = join(folder, "table.safetensors");
  const columns = {
    "cifar10-valid/200/valid-accuracy": [90.5, Number.NaN],
    "cifar10-valid/200/valid-per-time": [2.5, 2.5],
    "cifar10-valid/200/train-all-time": [1400, 1500],
    "cifar10/200/test-accuracy": [93.5, 50],
    "cifar10/200/test-per-time": [1.5, 1.5],
    "cifar10/200/train-all-time": [2800, 3000],
    "cifar100/200/valid-accuracy": [70, 10],
    "cifar100/200/test-accuracy": [71, 11],
    "cifar100/200/train-all-time": [2800, Number.NaN],
  };
  await writeTable(path, {
    architectures: Uint8Array.from([...known, ...unknown]),
    columns: new Map(
      Object.entries(columns).map(([name, numbers]) => [name, Float64Array.from(numbers)]),
    ),
    provenance: {},
  });
  table = await openTable(path);
});
afterAll(async () => {
  await table.close();
  await rm(folder, { recursive: true });
});

describe("openBenchmark", () => {
  it("looks validation up in one training run on CIFAR-10 and test in the other", async () => {
    const settings = { dataSet: "cifar10", epochs: 200, charge: "training" } as const;
    const benchmark = await openBenchmark(table, settings);
    expect(benchmark.lookUp(known, "validation")).toEqual({
      top1Percent: 90.5,
      images: 25_000,
      seconds: 1402.5,
    });
    expect(benchmark.lookUp(known, "test")).toEqual({
      top1Percent: 93.5,
      images: 10_000,
      seconds: 2801.5,
    });
  });

  it("charges the evaluation alone where training is not charged", async () => {
    const settings = { dataSet: "cifar10", epochs: 200, charge: "evaluation" } as const;
    const benchmark = await openBenchmark(table, settings);
    expect(benchmark.lookUp(known, "validation")?.seconds).toBe(2.5);
  });

  it("has no result where the table has none", async () => {
    const settings = { dataSet: "cifar10", epochs: 200, charge: "training" } as const;
    const benchmark = await openBenchmark(table, settings);
    expect(benchmark.lookUp(unknown, "validation")).toBeUndefined();
    expect(benchmark.lookUp([1, 1, 1, 1, 1, 1], "test")).toBeUndefined();
    expect([...benchmark.accuracies("validation")]).toEqual([90.5, Number.NaN]);
  });

  it("takes training times alone from a table that has no others", async () => {
    const settings = { dataSet: "cifar100", epochs: 200, charge: "training" } as const;
    const benchmark = await openBenchmark(table, settings);
    expect(benchmark.lookUp(known, "validation")?.seconds).toBe(2800);
    await expect(openBenchmark(table, { ...settings, charge: "evaluation" })).rejects.toThrow(
      "charge: got evaluation",
    );
  });

  it("refuses a data set or a schedule that the table lacks", async () => {
    const settings = { dataSet: "cifar10", epochs: 12, charge: "training" } as const;
    await expect(openBenchmark(table, settings)).rejects.toThrow(
      "has no validation accuracies of cifar10 after 12 epochs",
    );
  });

  it("has a digest that tells splits and data sets apart", async () => {
    const settings = { dataSet: "cifar10", epochs: 200, charge: "training" } as const;
    const [one, other] = [
      await openBenchmark(table, settings),
      await openBenchmark(table, { ...settings, dataSet: "cifar100" }),
    ];
    const digests = [one, other].flatMap((benchmark) => [
      benchmark.digest("validation"),
      benchmark.digest("test"),
    ]);
    expect(new Set(digests).size).toBe(4);
    expect(digests[0]).toBe((await openBenchmark(table, settings)).digest("validation"));
  });
});
