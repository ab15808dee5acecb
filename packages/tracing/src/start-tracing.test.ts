import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SpanContext } from "@opentelemetry/api";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTracing } from "./start-tracing.js";
import { isTracing } from "./switch.js";

const run = promisify(execFile);
const common = { service: "test", version: "0", onProblem: () => undefined };

describe("startTracing", () => {
  it.each([
    {},
    { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
    { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
  ])("starts nothing with %j", async (env) => {
    expect(await startTracing({ ...common, env })).toBeUndefined();
    expect(isTracing()).toBe(false);
  });

  it.each([
    [
      { OTEL_TRACES_EXPORTER: "zipkin" },
      'OTEL_TRACES_EXPORTER: got "zipkin", allowed is otlp or none; traces are off',
    ],
    [
      { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      'OTEL_EXPORTER_OTLP_PROTOCOL: got "grpc", allowed is http/protobuf or http/json; traces are off',
    ],
  ])("goes on without traces, and says so, with %j", async (env, sentence) => {
    const problems: string[] = [];
    const onProblem = (problem: string) => void problems.push(problem);
    expect(await startTracing({ ...common, env, onProblem })).toBeUndefined();
    expect(problems).toEqual([sentence]);
  });

  it("loads nothing of the SDK unless it is asked to export", async () => {
    const { tracing, loaded, ids } = await begun({});
    expect(tracing).toEqual([false, false]);
    expect(loaded).toEqual(["api"]);
    expect(ids[0]).toMatchObject({ traceId: "0".repeat(32), spanId: "0".repeat(16) });
  });

  it("exports spans in protobuf, with the ids that they were given", async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["content-type"]}`);
      request.resume().on("end", () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const { tracing, ids } = await begun({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(tracing).toEqual([true, false]);
    expect(ids[0]).toMatchObject({ traceId: "1".repeat(32), spanId: "2".repeat(16) });
    expect(ids[1]?.traceId).not.toBe("1".repeat(32));
    expect(seen).toEqual(["POST /v1/traces application/x-protobuf"]);
  });
});

/** What a process of its own tells: what is registered globally stays. */
async function begun(env: Readonly<Record<string, string>>): Promise<{
  readonly tracing: readonly boolean[];
  readonly ids: readonly SpanContext[];
  readonly loaded: readonly string[];
}> {
  const fixture = fileURLToPath(new URL("start-tracing.fixture.ts", import.meta.url));
  const { stdout } = await run(
    process.execPath,
    ["--conditions=@collm/source", "--import", import.meta.resolve("tsx"), fixture],
    { env: { PATH: process.env.PATH, ...env } },
  );
  return JSON.parse(stdout);
}
