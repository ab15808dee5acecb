import type { Tensor } from "@collm/checkpoint";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { complaintsOfOfficialChecker, pythonWithOnnx } from "@collm/onnx/testing";
import type { SupernetSpec } from "@collm/search-space";
import { tinyAutoFormerSpec, tinyShuffleNetSpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { formulaTensors as autoFormerTensors } from "./autoformer/formula.fixture.js";
import { runningStatistics } from "./batch-statistics.js";
import { buildCalibrationGraph } from "./calibration-graph.js";
import { familyDefaults } from "./family-defaults.js";
import { buildInferenceGraph } from "./inference-graph.js";
import { openSession, runSession } from "./onnx-session.fixture.js";
import { formulaTensors as shuffleNetTensors } from "./shufflenet/formula.fixture.js";
import { hasBatchNorm } from "./subnet-layers.js";
import { loadSupernet, type Supernet } from "./supernet.js";

const families = [
  { spec: tinyShuffleNetSpec, tensors: shuffleNetTensors(tinyShuffleNetSpec) },
  { spec: tinyAutoFormerSpec, tensors: autoFormerTensors(tinyAutoFormerSpec) },
] as const;

async function open(spec: SupernetSpec, tensors: ReadonlyMap<string, Tensor>): Promise<Supernet> {
  return await loadSupernet(
    {
      file: "/test/supernet.yaml",
      name: "test",
      spec,
      weights: { kind: "checkpoint", path: "/test/weights.pth" },
      images: {},
      ...familyDefaults(spec.family),
    },
    memoryTensorSource(tensors),
  );
}

describe.each(families)("a supernet of $spec.family", ({ spec, tensors }) => {
  const side = spec.resolution;
  const images = {
    data: new Float32Array(3 * 3 * side * side).fill(0.5),
    shape: [3, 3, side, side],
  };

  it("cuts its smallest and largest subnets into networks that run", async () => {
    const supernet = await open(spec, tensors);
    const { space } = supernet;
    const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
    for (const architecture of [space.cheapest("macs"), largest]) {
      const subnet = supernet.subnet(architecture);
      const session = await openSession(buildInferenceGraph(subnet, runningStatistics(subnet)));
      const { logits = [] } = await runSession(session, images);
      await session.release();
      expect(logits).toHaveLength(3 * spec.classes);
      expect([...logits].every(Number.isFinite)).toBe(true);
    }
  });

  it("names a tensor that is missing and one that is misshapen", async () => {
    const [first = "", second = ""] = tensors.keys();
    const changed = new Map(tensors);
    changed.delete(first);
    changed.set(second, { dtype: "float32", shape: [3], data: new Float32Array(3) });
    await expect(open(spec, changed)).rejects.toThrow(
      new RegExp(`${first} is missing, expected .*${second} has shape \\[3\\], expected`),
    );
  });

  it.skipIf(pythonWithOnnx === undefined)(
    "gives graphs that ONNX's own checker accepts (skipped without Python's onnx)",
    async () => {
      const supernet = await open(spec, tensors);
      const subnet = supernet.subnet(supernet.space.cheapest("macs"));
      const inference = buildInferenceGraph(subnet, runningStatistics(subnet));
      expect(complaintsOfOfficialChecker(inference)).toBe("");
      if (!hasBatchNorm(subnet)) return;
      expect(complaintsOfOfficialChecker(buildCalibrationGraph(subnet))).toBe("");
    },
  );
});
