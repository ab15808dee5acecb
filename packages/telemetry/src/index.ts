export type { Logger } from "pino";
export { type HttpOptions, type HttpPages, startHttp } from "./http.js";
export { createLogger, type LoggerOptions, type LogLevel, logLevels } from "./logger.js";
export { createMetrics, type Metrics, type MetricText } from "./metrics.js";
export { collmVersion } from "./version.js";
