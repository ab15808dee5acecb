export { type Asked, type AskOptions, askTrials } from "./ask-trials.js";
export { type DrawSettings, drawTrials, type Protocol, protocols, type Trial } from "./draw.js";
export { type ExchangeFile, openExchangeFile } from "./exchange-file.js";
export type { RankingSettings, TrialRecord } from "./exchange-record.js";
export { reportLines, scoreLines } from "./markdown.js";
export { createPool, type Pool, type PoolEntry } from "./pool.js";
export { loadRankingPrompts } from "./prompts.js";
export { type ModelResult, type ProtocolReport, reportProtocol } from "./report.js";
