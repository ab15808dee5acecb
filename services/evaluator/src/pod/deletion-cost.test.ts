import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluatorEnvSchema, readEnv } from "@collm/config";
import { EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect } from "@collm/rpc";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { createLogger } from "@collm/telemetry";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { startEvaluator } from "../start.js";
import { ApiServer, makeCertificate } from "./api-server.fixture.js";
import { DeletionCost, type DeletionCostOptions } from "./deletion-cost.js";

/** A machine that does other things, too, may take a while. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });
const busy = { running: 1, waiting: 0 };
const idle = { running: 0, waiting: 0 };

let folder: string;
let tls: { readonly key: string; readonly cert: string };
let api: ApiServer;
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-pod-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "token"), "token-1\n");
  tls = await makeCertificate(folder, "api");
  await writeFile(join(folder, "ca.crt"), tls.cert);
  api = new ApiServer(tls);
  port = await api.start();
});

function open(
  options: Partial<DeletionCostOptions> = {},
  apiHost: string | undefined = "127.0.0.1",
) {
  const logged: string[] = [];
  const cost = new DeletionCost({
    pod: {
      ...{ name: "evaluator-7f", namespace: "collm", apiHost, apiPort: port },
      serviceAccountDir: folder,
    },
    log: { info: (text) => logged.push(text), warn: (text) => logged.push(text) },
    ...{ idleAfterMs: 30, retryMs: 5, ...options },
  });
  onTestFinished(() => cost.close());
  return { cost, logged };
}

it("is busy at once and idle after a while, with a patch for each change and none between", async () => {
  const { cost, logged } = open({ idleAfterMs: 60_000 });
  await eventually(() => api.costs).toEqual(["0"]);
  cost.loadChanged(busy);
  await eventually(() => api.costs).toEqual(["0", "1"]);
  for (let i = 0; i < 100; i++) {
    cost.loadChanged({ running: 1, waiting: i });
    cost.loadChanged(idle);
    cost.loadChanged(busy);
    await new Promise(setImmediate);
  }
  expect(api.requests).toBe(2);
  cost.close();

  const { cost: next } = open();
  await eventually(() => api.costs).toEqual(["0", "1", "0"]);
  next.loadChanged(busy);
  next.loadChanged(idle);
  await eventually(() => api.costs).toEqual(["0", "1", "0", "1", "0"]);
  expect(logged).toEqual([]);
});

it("is busy while the evaluator evaluates", async () => {
  const manifest = join(folder, "slow.yaml");
  await writeFile(manifest, JSON.stringify({ ...tinySpec, landscape: { delayMs: 600_000 } }));
  const env = readEnv(evaluatorEnvSchema, {
    ...{ COLLM_SUPERNETS: manifest, COLLM_EVALUATIONS_DIR: join(folder, "evaluations") },
    ...{ COLLM_POD_NAME: "evaluator-7f", COLLM_POD_NAMESPACE: "collm", COLLM_DRAIN_MS: "1000" },
    ...{ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) },
  });
  if (!env.pod) throw new Error("no pod");
  const pod = { ...env.pod, serviceAccountDir: folder };
  const logger = createLogger({ service: "evaluator", level: "silent" });
  const service = await startEvaluator({ ...env, pod }, logger);
  const client = connect(EvaluatorServiceClient, `127.0.0.1:${service.addresses.port}`);
  await eventually(() => api.costs).toEqual(["0"]);
  const { supernet } = await callUnary(client, "describeSupernet", { name: "slow" });
  const events = callStream(client, "evaluate", {
    ...{ supernet: "slow", canonical: createSearchSpace(tinySpec).cheapest("macs").canonical },
    ...{ contextDigest: supernet?.contextDigest ?? "", searchId: "s", candidateId: "1.1" },
  });
  await events.next();
  await eventually(() => api.costs).toEqual(["0", "1"]);
  const rest = async () => {
    for await (const _ of events);
  };
  await Promise.all([service.drain(), expect(rest()).rejects.toThrow("shutting down")]);
  client.close();
});

it("makes one patch of what changed while another was under way", async () => {
  let release: () => void = () => undefined;
  api.gate = new Promise((resolve) => {
    release = resolve;
  });
  const { cost } = open({ idleAfterMs: 60_000 });
  await eventually(() => api.requests).toBe(1);
  for (const load of [busy, idle, busy]) cost.loadChanged(load);
  release();
  await eventually(() => api.costs).toEqual(["0", "1"]);
  expect(api.requests).toBe(2);
});

it("reads token and authority again, tries again, and logs a failure once until it works", async () => {
  api.token = "token-2";
  const { cost, logged } = open();
  await eventually(() => api.requests).toBeGreaterThan(2);
  await writeFile(join(folder, "token"), "token-2");
  await eventually(() => api.costs).toEqual(["0"]);
  api.failure = 403;
  cost.loadChanged(busy);
  await eventually(() => logged).toHaveLength(3);
  // Nobody who is not trusted is told the token.
  const stranger = await makeCertificate(folder, "stranger");
  await writeFile(join(folder, "ca.crt"), stranger.cert);
  api.failure = undefined;
  const { requests } = api;
  const { logged: untrusting } = open();
  await eventually(() => untrusting).toEqual([expect.stringMatching(/certificate/)]);
  expect(api.requests).toBe(requests);
  await writeFile(join(folder, "ca.crt"), tls.cert);
  await eventually(() => untrusting).toHaveLength(2);
  await eventually(() => api.costs).toContain("1");
  const then = "; busy evaluators may be deleted before idle ones";
  expect(logged).toEqual([
    `pod deletion cost: PATCH of pod collm/evaluator-7f: status 401: not for you${then}`,
    "pod deletion cost: works again",
    `pod deletion cost: PATCH of pod collm/evaluator-7f: status 403: not for you${then}`,
    "pod deletion cost: works again",
  ]);
  expect([...logged, ...untrusting].join()).not.toContain("token-");
});

it("says once what is missing outside of a cluster, and gives up on a server that hangs", async () => {
  api.gate = new Promise(() => undefined);
  const { logged } = open({ timeoutMs: 20 });
  await eventually(() => api.requests).toBeGreaterThan(1);
  expect(logged).toHaveLength(1);
  const cost = new DeletionCost({
    pod: { name: "p", namespace: "n", apiPort: 443, serviceAccountDir: folder },
    log: { info: (text) => logged.push(text), warn: (text) => logged.push(text) },
  });
  onTestFinished(() => cost.close());
  await eventually(() => logged.at(-1)).toContain("KUBERNETES_SERVICE_HOST is not set");
});
