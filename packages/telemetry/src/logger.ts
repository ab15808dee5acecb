import { CollmError } from "@collm/errors";
import { trace } from "@opentelemetry/api";
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";

/** What may be logged, from the most to the least. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** Stands on every line as `service`. */
  readonly service: string;
  /** The least level that is written. Default `info`. */
  readonly level?: string | undefined;
  /** Where the lines go. Default: standard error, written at once so that none is lost at exit. */
  readonly destination?: DestinationStream | undefined;
}

/** Keys whose values never reach a log, at the top or one level down. */
const secretKeys = ["apiKey", "authorization", "Authorization", "password", "token"];

/**
 * A logger that writes one JSON object per line: `{"level":"info","time":"…","service":"…","msg":"…"}`,
 * with `trace_id` and `span_id` of the span that it is written in.
 * Standard output stays free for results. Throws `invalid-argument` on an unknown level.
 */
export function createLogger(options: LoggerOptions): Logger {
  const level = options.level ?? "info";
  if (!isLogLevel(level)) {
    throw new CollmError(
      "invalid-argument",
      `log level: got "${level}", allowed are ${logLevels.join(", ")}`,
    );
  }
  return pino(
    {
      level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: traceIds,
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: "[removed]" },
    },
    options.destination ?? standardError(),
  );
}

/** `trace_id` and `span_id` of what is under way where a line is written. */
function traceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

function standardError(): DestinationStream {
  const stream = destination({ dest: 2, sync: true });
  // A reader that went away (EPIPE) must not end the service; there is nowhere left to say so.
  stream.on("error", () => undefined);
  return stream;
}
