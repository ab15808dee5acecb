import { beforeAll, describe, expect, it } from "vitest";
import { type BatchStatistics, combineStatistics, runningStatistics } from "../batch-statistics.js";
import { buildCalibrationGraph } from "../calibration-graph.js";
import { buildInferenceGraph } from "../inference-graph.js";
import { openSession, runSession } from "../onnx-session.fixture.js";
import type { Subnet } from "../subnet.js";
import type { Supernet } from "../supernet.js";
import { formulaImages, formulaTensors, xorOfBits } from "./formula.fixture.js";
import {
  formulaBatch,
  formulaSupernet,
  type GoldenCalibration,
  type GoldenLogits,
  type GoldenSubnet,
  readGolden,
  relativeError,
} from "./golden.fixture.js";

/** Accepted differences from PyTorch in double precision; `test/golden/ofa/README.md` says why. */
const logitsTolerance = 2e-4;
const statisticsTolerance = 1e-4;

/** What is run of each width: subnets that between them see every kind of mistake. */
const cases = [
  { width: 1.0, file: "1.0", evaluated: ["min", "k7e3d2", "mixed-a", "random-1"], otherSize: 132 },
  { width: 1.2, file: "1.2", evaluated: ["mixed-b"], otherSize: undefined },
] as const;

describe.each(cases)("once-for-all, width $file, against the original code", (testCase) => {
  const golden = readGolden(testCase.file);
  let supernet: Supernet;

  beforeAll(async () => {
    supernet = await formulaSupernet(testCase.width);
  });

  const cut = (reference: GoldenSubnet): Subnet => {
    const outcome = supernet.subnetOfNotation(reference.notation);
    if (outcome.kind === "illegal") throw new Error(outcome.reasons.join());
    return outcome.subnet;
  };

  it("starts from the same tensors and images", () => {
    if (supernet.space.spec.family !== "ofa-mobilenet-v3") throw new Error("another family");
    const tensors = formulaTensors(supernet.space.spec);
    const xors = [...tensors].flatMap(([name, { dtype, data }]) =>
      dtype === "float32" ? [[name, xorOfBits(data)] as const] : [],
    );
    expect(Object.fromEntries(xors)).toEqual(golden.weightXor);
    expect(tensors.size).toBe(golden.stateDictEntries);
    for (const { tag, n, size, xor } of golden.imageXor) {
      expect(xorOfBits(formulaImages(tag, n, size))).toBe(xor);
    }
  });

  it("counts the supernet's parameters", () => {
    expect(supernet.summary).toMatchObject({
      tensorCount: golden.stateDictEntries,
      paramsCount: golden.supernetParams,
    });
  });

  it("counts every subnet's multiply-accumulates and parameters exactly", () => {
    for (const reference of golden.subnets) {
      for (const [size, macs] of Object.entries(reference.macs)) {
        const notation = { ...(reference.notation as object), r: Number(size) };
        const outcome = supernet.subnetOfNotation(notation);
        expect(outcome).toMatchObject({
          subnet: { cost: { macs, officialFlops: macs, paramsCount: reference.params } },
        });
      }
    }
  });

  it.each(testCase.evaluated)("gives the logits of subnet %s", async (name) => {
    const reference = golden.subnets.find((subnet) => subnet.name === name) as GoldenSubnet;
    const subnet = cut(reference);
    const sizes: readonly (number | undefined)[] = [160, testCase.otherSize];
    const expected = reference.eval.filter(({ size }) => sizes.includes(size));
    expect(expected.length).toBeGreaterThan(0);
    await expectLogits(subnet, runningStatistics(subnet), expected);
  });

  const calibrated = golden.subnets.filter((subnet) => subnet.calibrated.length > 0);
  const runs = calibrated.flatMap((subnet) =>
    subnet.calibrated.map((calibration, run) => ({ name: subnet.name, run, subnet, calibration })),
  );
  it.each(testCase.width === 1.0 ? runs : runs.slice(-1))(
    "re-estimates the statistics of subnet $name, run $run, and gives its logits",
    async ({ subnet: reference, calibration }) => {
      const subnet = cut(reference);
      const statistics = await calibrate(subnet, calibration);
      expectStatistics(statistics, calibration);
      await expectLogits(subnet, statistics, calibration.eval);
    },
  );
});

async function calibrate(subnet: Subnet, calibration: GoldenCalibration): Promise<BatchStatistics> {
  const session = await openSession(buildCalibrationGraph(subnet));
  const observations = [];
  for (const { images, n, size } of calibration.batches) {
    const { means = [], variances = [] } = await runSession(session, formulaBatch(images, n, size));
    observations.push({ imagesCount: n, side: size, means, variances });
  }
  await session.release();
  return combineStatistics(subnet, observations, "weighted-mean");
}

function expectStatistics(statistics: BatchStatistics, calibration: GoldenCalibration): void {
  const norms = new Map(calibration.norms.map((norm) => [norm.name, norm]));
  expect([...statistics.keys()]).toEqual([...norms.keys()]);
  for (const [name, { channels, meanL2, varianceL2 }] of norms) {
    const { mean, variance } = statistics.get(name) ?? { mean: [], variance: [] };
    expect([mean.length, variance.length]).toEqual([channels, channels]);
    expect(Math.abs(Math.hypot(...mean) / meanL2 - 1)).toBeLessThan(statisticsTolerance);
    expect(Math.abs(Math.hypot(...variance) / varianceL2 - 1)).toBeLessThan(statisticsTolerance);
    const first8 = calibration.bn.find((norm) => norm.name === name);
    if (!first8) continue;
    const errors = [
      relativeError(mean, first8.mean8, meanL2, channels),
      relativeError(variance, first8.variance8, varianceL2, channels),
    ];
    expect(Math.max(...errors)).toBeLessThan(statisticsTolerance);
  }
}

async function expectLogits(
  subnet: Subnet,
  statistics: BatchStatistics,
  expected: readonly GoldenLogits[],
): Promise<void> {
  const session = await openSession(buildInferenceGraph(subnet, statistics));
  for (const { images, batch, size, logits16, l2 } of expected) {
    const outputs = await runSession(session, formulaBatch(images, batch, size));
    const logits = outputs.logits as Float32Array;
    expect(logits).toHaveLength(batch * subnet.classes);
    for (let image = 0; image < batch; image++) {
      const ofImage = logits.subarray(image * subnet.classes, (image + 1) * subnet.classes);
      const norm = l2[image] as number;
      const error = relativeError(ofImage, logits16[image] ?? [], norm, subnet.classes);
      expect(error).toBeLessThan(logitsTolerance);
      expect(Math.abs(Math.hypot(...ofImage) / norm - 1)).toBeLessThan(logitsTolerance);
    }
  }
  await session.release();
}
