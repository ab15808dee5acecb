import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors } from "@collm/checkpoint";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { familyImages } from "@collm/images";
import { decodeModel, metadataOf } from "@collm/onnx";
import { complaintsOfOfficialChecker, pythonWithOnnx } from "@collm/onnx/testing";
import { tinySpec } from "@collm/search-space/testing";
import { afterAll, describe, expect, it } from "vitest";
import { runningStatistics } from "./batch-statistics.js";
import { buildCalibrationGraph } from "./calibration-graph.js";
import { buildInferenceGraph } from "./inference-graph.js";
import { formulaTensors } from "./ofa-mobilenet-v3/formula.fixture.js";
import { manifestOf } from "./ofa-mobilenet-v3/golden.fixture.js";
import { loadSupernet, openSupernet, supernetDigest } from "./supernet.js";

const folder = mkdtempSync(join(tmpdir(), "collm-supernet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = formulaTensors(tinySpec);
const supernet = await loadSupernet(manifestOf(tinySpec), memoryTensorSource(tensors));
const notation = { ks: [3, 5, 0, 7, 3, 0], e: [1, 4, 0, 2, 2, 0], d: [2, 2], r: 16 };

describe("openSupernet", () => {
  it("reads the manifest's checkpoint", async () => {
    const path = join(folder, "weights.safetensors");
    writeFileSync(path, encodeSafetensors(tensors));
    const manifest = { ...manifestOf(tinySpec), weights: { kind: "checkpoint", path } } as const;
    const opened = await openSupernet(manifest);
    expect(opened.digest).toBe(supernet.digest);
    expect(opened.summary).toEqual(supernet.summary);
  });

  it("refuses a manifest without weights", async () => {
    const weights = { kind: "landscape", seed: 1, delayMs: 0 } as const;
    await expect(openSupernet({ ...manifestOf(tinySpec), weights })).rejects.toThrow(
      "/test/supernet.yaml: checkpoint: got nothing (the manifest has a landscape)",
    );
  });
});

describe("Supernet", () => {
  it("cuts the same subnet from an architecture and from its notation", () => {
    const legality = supernet.space.legality(notation);
    if (legality.kind === "illegal") throw new Error(legality.reasons.join());
    const subnet = supernet.subnet(legality.architecture);
    expect(supernet.subnetOfNotation(notation)).toEqual({ kind: "subnet", subnet });
    expect(subnet.canonical).toBe("r16/k3e1.k5e4/k7e2.k3e2");
    expect(subnet.cost).toEqual(supernet.space.cost(legality.architecture));
  });

  it("takes any resolution from 32 that is not the space's, and no other foreign choice", () => {
    expect(supernet.subnetOfNotation({ ...notation, r: [45] })).toMatchObject({
      kind: "subnet",
      subnet: { resolution: 45, notation: { r: 45 } },
    });
    expect(supernet.subnetOfNotation({ ...notation, r: 31 })).toEqual({
      kind: "illegal",
      reasons: ["r: got 31, allowed resolution is 12, 16, 20"],
    });
    expect(supernet.subnetOfNotation({ ...notation, d: [2, 4] })).toMatchObject({
      kind: "illegal",
    });
    for (const nonsense of [null, 7, "r16", [], {}]) {
      expect(supernet.subnetOfNotation(nonsense).kind).toBe("illegal");
    }
  });
});

describe("supernetDigest", () => {
  it("depends on weights and network, not on the resolutions or the order of keys", () => {
    const reordered = Object.fromEntries(Object.entries(tinySpec).reverse()) as typeof tinySpec;
    const digest = supernetDigest(tinySpec, "weights");
    expect(supernetDigest({ ...reordered, resolutions: [64] }, "weights")).toBe(digest);
    expect(supernetDigest({ ...tinySpec, classes: 11 }, "weights")).not.toBe(digest);
    expect(supernetDigest(tinySpec, "others")).not.toBe(digest);
  });
});

describe("buildInferenceGraph", () => {
  const outcome = supernet.subnetOfNotation(notation);
  if (outcome.kind === "illegal") throw new Error(outcome.reasons.join());
  const { subnet } = outcome;

  it("tells what the model is", () => {
    const metadata = metadataOf(
      decodeModel(buildInferenceGraph(subnet, runningStatistics(subnet))),
    );
    expect(Object.fromEntries(metadata)).toEqual({
      "collm.architecture": "r16/k3e1.k5e4/k7e2.k3e2",
      "collm.notation": JSON.stringify(notation),
      "collm.supernet": supernet.digest,
      "collm.resolution": "16",
      "collm.classes": "10",
      "collm.normalize.mean": "[0.485,0.456,0.406]",
      "collm.normalize.std": "[0.229,0.224,0.225]",
      "collm.normalize.range": "1",
      "collm.channelOrder": "rgb",
      "collm.preprocessing": JSON.stringify(familyImages("ofa-mobilenet-v3").preprocessing),
    });
  });

  it("uses only operators that fuse", () => {
    const graph = decodeModel(buildInferenceGraph(subnet, runningStatistics(subnet))).graph;
    expect([...new Set(graph?.node.map((node) => node.opType))].sort()).toEqual([
      "Add",
      "Conv",
      "Flatten",
      "Gemm",
      "GlobalAveragePool",
      "HardSigmoid",
      "HardSwish",
      "Mul",
      "Relu",
    ]);
  });

  it.skipIf(pythonWithOnnx === undefined)(
    "is, like the calibration graph, accepted by ONNX's own checker (skipped without Python's onnx)",
    () => {
      const inference = buildInferenceGraph(subnet, runningStatistics(subnet));
      expect(complaintsOfOfficialChecker(inference)).toBe("");
      expect(complaintsOfOfficialChecker(buildCalibrationGraph(subnet))).toBe("");
    },
  );

  it("refuses statistics of another subnet", () => {
    const statistics = new Map(runningStatistics(subnet));
    const key = "blocks.2.mobile_inverted_conv.depth_conv.bn.bn";
    statistics.set(key, { mean: new Float64Array(8), variance: new Float64Array(8) });
    expect(() => buildInferenceGraph(subnet, statistics)).toThrow(
      `statistics of ${key}: got 8 means and 8 variances, expected 64 of each`,
    );
    statistics.delete(key);
    expect(() => buildInferenceGraph(subnet, statistics)).toThrow("got no means");
  });
});
