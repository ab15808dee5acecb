export {
  type Benchmark,
  type BenchmarkSettings,
  type BenchmarkSplit,
  benchmarkImages,
  openBenchmark,
  type TableResult,
} from "./benchmark.js";
export {
  type ColumnName,
  columnName,
  type Epochs,
  type Field,
  fields,
  schedules,
  type TrainingSet,
  trainingSets,
} from "./columns.js";
export { isTableManifest, loadTableManifest, type TableManifest } from "./manifest.js";
export { type BenchmarkTable, openTable, type TableContent, writeTable } from "./table.js";
