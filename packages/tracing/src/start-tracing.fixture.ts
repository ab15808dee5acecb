/** A process that begins two traces; tells their ids, and which packages of OpenTelemetry it has loaded. */
import { createRequire } from "node:module";
import { trace } from "@opentelemetry/api";
import { isTracing, startFixedSpan, startTracing } from "./index.js";

const { env } = process;
const onProblem = (problem: string) => void process.stderr.write(`${problem}\n`);
const tracing = await startTracing({ service: "test", version: "0", env, onProblem });
const wasTracing = isTracing();
const fixed = startFixedSpan("search", { traceId: "1".repeat(32), spanId: "2".repeat(16) }, {});
const other = trace.getTracer("test").startSpan("other", { root: true });
for (const span of [fixed, other]) span.end();
await tracing?.stop();
const loaded = Object.keys(createRequire(import.meta.url).cache).flatMap(
  (path) => /@opentelemetry\/([^/]*)/.exec(path)?.[1] ?? [],
);
const told = {
  tracing: [wasTracing, isTracing()],
  ids: [fixed, other].map((span) => span.spanContext()),
  loaded: [...new Set(loaded)],
};
process.stdout.write(JSON.stringify(told));
