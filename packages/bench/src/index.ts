export { type PlannedSearch, searchKey, type Target } from "./plan.js";
export { LlmLedger, recordOf, type SearchRecord } from "./record.js";
export { type Runner, runSuite, type SuiteOutcome } from "./run-suite.js";
export type { Arm, Player, Players } from "./suites/arm.js";
export { listSuites, suiteOf } from "./suites/catalogue.js";
export type { Suite, SuiteOptions, SuitePlan } from "./suites/suite.js";
