import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { decodeModel, metadataOf } from "@collm/onnx";
import { EvaluatorServiceClient, EvaluatorServiceService, type evaluator } from "@collm/proto";
import {
  callStream,
  callUnary,
  checkHealth,
  connect,
  fromProtoSupernet,
  type RunningServer,
  startServer,
} from "@collm/rpc";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { createLogger } from "@collm/telemetry";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostedSupernets, hostSupernets } from "./host-supernets.js";
import { memoryStore, runnerOf } from "./hosted.fixture.js";
import { createEvaluatorService } from "./service.js";

const runtime = { executionProvider: "cpu", threads: 1 };

let folder: string;
let hosted: HostedSupernets;
let server: RunningServer;
let client: EvaluatorServiceClient;
let address: string;
const store = memoryStore();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-service-"));
  const landscape = join(folder, "hills.yaml");
  const slow = join(folder, "slow.yaml");
  await writeFile(landscape, JSON.stringify({ ...tinySpec, landscape: { seed: 7 } }));
  await writeFile(slow, JSON.stringify({ ...tinySpec, landscape: { delayMs: 60_000 } }));
  const trained = await writeTinySupernet(folder, { images: 512 });
  hosted = await hostSupernets([landscape, slow, trained], {
    runtime,
    workers: 1,
    imageMemoryBytes: 2 ** 30,
    locateImages: async (value) => value,
    realTime: 0,
  });
  const { runner, supernets } = runnerOf([...hosted.supernets.values()], { store, slots: 1 });
  server = await startServer({
    services: [
      {
        definition: EvaluatorServiceService,
        implementation: createEvaluatorService(runner, supernets),
        name: "evaluator",
      },
    ],
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ service: "evaluator", level: "silent" }),
  });
  address = `127.0.0.1:${server.port}`;
  client = connect(EvaluatorServiceClient, address);
});
afterAll(async () => {
  client.close();
  await server.drain(1000);
  await hosted.close();
  await rm(folder, { recursive: true });
});

async function request(supernet: string): Promise<evaluator.EvaluateRequest> {
  const described = await callUnary(client, "describeSupernet", { name: supernet });
  return {
    supernet,
    contextDigest: described.supernet?.contextDigest ?? "",
    canonical: createSearchSpace(tinySpec).cheapest("macs").canonical,
    searchId: "s",
    candidateId: "1.1",
  };
}

async function evaluate(
  message: evaluator.EvaluateRequest,
  signal?: AbortSignal,
): Promise<readonly evaluator.EvaluateResponse["event"][]> {
  const events: evaluator.EvaluateResponse["event"][] = [];
  for await (const { event } of callStream(client, "evaluate", message, { signal })) {
    events.push(event);
  }
  return events;
}

describe("the evaluator service", () => {
  test("lists its supernets with what a coordinator needs to search without weights", async () => {
    const { supernets } = await callUnary(client, "listSupernets", {});
    expect(supernets.map(({ name }) => name)).toEqual(["hills", "slow", "tiny"]);
    const described = await callUnary(client, "describeSupernet", { name: "tiny" });
    if (!described.supernet) throw new Error("no supernet");
    expect(fromProtoSupernet(described.supernet)).toMatchObject({
      name: "tiny",
      family: "ofa-mobilenet-v3",
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      contextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      space: tinySpec,
      validationImages: 512,
      executionProvider: "cpu",
      runtimeVersion: expect.stringContaining("onnxruntime-node"),
      isSynthetic: false,
    });
    await expect(callUnary(client, "describeSupernet", { name: "huge" })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("serves hills, slow, tiny"),
    });
  });

  test("evaluates a subnet: progress through the phases, then the result", async () => {
    const events = await evaluate(await request("tiny"));
    const phases = events.flatMap((event) =>
      event?.$case === "progress" ? [event.value.phase] : [],
    );
    expect([...new Set(phases)]).toEqual(expect.arrayContaining(["calibrate", "run"]));
    const last = events.at(-1);
    expect(last).toMatchObject({ $case: "result", value: { images: 512, isStored: false } });
    const again = await evaluate(await request("tiny"));
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({ $case: "result", value: { isStored: true } });
  });

  test("evaluates on a landscape, marked as synthetic", async () => {
    const described = await callUnary(client, "describeSupernet", { name: "hills" });
    expect(described.supernet?.isSynthetic).toBe(true);
    const events = await evaluate(await request("hills"));
    expect(events.at(-1)).toMatchObject({ $case: "result", value: { images: 10_000 } });
  });

  test("refuses another context and illegal architectures with their codes", async () => {
    const message = await request("tiny");
    await expect(evaluate({ ...message, contextDigest: "old" })).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(message.contextDigest),
    });
    await expect(evaluate({ ...message, canonical: "r99/k3e1/k3e1" })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("r: got 99, allowed resolution is 12, 16, 20"),
    });
  });

  test("stops work whose caller cancels, refuses what is too much, and stays healthy", async () => {
    const message = await request("slow");
    const space = createSearchSpace(tinySpec);
    const stop = new AbortController();
    // One runs and two wait; each must be another architecture, or they would be joined.
    const calls = [0, 1, 2].map((choice) => {
      const choices = space.genes.map((_, gene) => (gene === 0 ? choice : 0));
      const { canonical } = space.canonicalise(choices);
      return evaluate({ ...message, canonical }, stop.signal);
    });
    await expect
      .poll(() => evaluate({ ...message, canonical: "r12/k5e1/k3e1" }).catch((e) => e.code))
      .toBe("resource-exhausted");
    expect(await checkHealth(address, { name: "evaluator" })).toBe("SERVING");
    stop.abort();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "cancelled" });
    // The slot is free again.
    await evaluate({ ...(await request("hills")), canonical: "r12/k5e1/k5e1" });
  });

  test("opens the test split under a context of its own, once", async () => {
    const { supernet, canonical, searchId, contextDigest } = await request("tiny");
    const message = { supernet, canonical, searchId, contextDigest };
    const first = await callUnary(client, "openTest", message);
    expect(first.result).toMatchObject({ images: 512, isStored: false });
    const second = await callUnary(client, "openTest", message);
    expect(second.result).toEqual({ ...first.result, isStored: true });
  });

  test("exports a subnet in pieces that make one model", async () => {
    const { supernet, canonical } = await request("tiny");
    const pieces: Uint8Array[] = [];
    for await (const { piece } of callStream(client, "exportSubnet", { supernet, canonical })) {
      pieces.push(piece);
    }
    const metadata = metadataOf(decodeModel(Buffer.concat(pieces)));
    expect(metadata.get("collm.architecture")).toBe(canonical);
    await expect(
      callStream(client, "exportSubnet", { supernet: "hills", canonical }).next(),
    ).rejects.toMatchObject({ code: "failed-precondition" });
  });
});
