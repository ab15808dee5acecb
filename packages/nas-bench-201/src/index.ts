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
export { type CostInfo, costInfo } from "./import/cost-info.js";
export { type ImportSummary, importNasBench201 } from "./import/import.js";
export type { ImportOptions, ImportProgress } from "./import/import-run.js";
export { type InfoQuery, type MoreInfo, moreInfo } from "./import/more-info.js";
export type { BadRecord } from "./import/outcome.js";
export { type RecordFile, readRecordFile } from "./import/record-file.js";
export { isTableManifest, loadTableManifest, type TableManifest } from "./manifest.js";
export { type BenchmarkTable, openTable, type TableContent, writeTable } from "./table.js";
