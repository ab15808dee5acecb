import { execFile } from "node:child_process";
import { mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { evaluatorEnvSchema, readEnv } from "@collm/config";
import { tinySpec } from "@collm/search-space/testing";
import { createLogger } from "@collm/telemetry";
import { expect, it, onTestFinished } from "vitest";
import { startEvaluator } from "./start.js";

const logger = createLogger({ service: "evaluator", level: "silent" });

it("has its metrics page while it loads, which says that it is not ready yet", async () => {
  const folder = await mkdtemp(join(tmpdir(), "collm-start-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Reading it takes until somebody writes.
  const manifest = join(folder, "slow.yaml");
  await promisify(execFile)("mkfifo", [manifest]);
  const port = await freePort();
  const env = readEnv(evaluatorEnvSchema, {
    ...{ COLLM_SUPERNETS: manifest, COLLM_EVALUATIONS_DIR: join(folder, "evaluations") },
    ...{ COLLM_METRICS_PORT: String(port), COLLM_DRAIN_MS: "1000" },
  });
  const started = startEvaluator(env, logger);
  const statusOf = async (page: string) =>
    (await fetch(`http://127.0.0.1:${port}/${page}`).catch(() => undefined))?.status;
  await expect.poll(() => statusOf("metrics"), { timeout: 15_000 }).toBe(200);
  expect(await statusOf("healthz")).toBe(503);

  const text = JSON.stringify({ ...tinySpec, landscape: {} });
  const pipe = await open(manifest, "w");
  // What is read again is a file.
  await writeFile(`${manifest}.new`, text);
  await rename(`${manifest}.new`, manifest);
  await pipe.writeFile(text);
  await pipe.close();
  const service = await started;
  expect(service.addresses.metricsPort).toBe(port);
  expect(await statusOf("healthz")).toBe(200);
  await service.drain();
  expect(await statusOf("metrics")).toBeUndefined();
});

it("leaves no page behind when it cannot start", async () => {
  const port = await freePort();
  const env = readEnv(evaluatorEnvSchema, {
    ...{ COLLM_SUPERNETS: "/nowhere/none.yaml", COLLM_EVALUATIONS_DIR: "/nowhere" },
    COLLM_METRICS_PORT: String(port),
  });
  await expect(startEvaluator(env, logger)).rejects.toThrow("none.yaml");
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
