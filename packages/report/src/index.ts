export { buildFront, type FrontTrial, type FrontView } from "./front/build-front.js";
export { type FrontPageOptions, renderFront } from "./front/render-front.js";
export { frontJsonSchema, type SearchFront } from "./front/schema.js";
export { renderReport } from "./render-report.js";
export { buildResult } from "./result/build.js";
export {
  type LlmUsage,
  type RoleInfo,
  resultJsonSchema,
  resultSchemaVersion,
  type SearchResult,
  searchResultSchema,
} from "./result/schema.js";
export type { ReportOptions } from "./sections/report-source.js";
