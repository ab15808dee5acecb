import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { publishedShuffleNetSpec } from "@collm/search-space";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type BatchStatistics,
  combineStatistics,
  runningStatistics,
  type StatisticsMode,
} from "../batch-statistics.js";
import { buildCalibrationGraph } from "../calibration-graph.js";
import { familyDefaults } from "../family-defaults.js";
import { buildInferenceGraph } from "../inference-graph.js";
import { openSession, runSession } from "../onnx-session.fixture.js";
import type { Subnet } from "../subnet.js";
import { loadSupernet, type Supernet } from "../supernet.js";
import { formulaImages, formulaTensors } from "./formula.fixture.js";

/** Reference outputs of the original code; see `test/golden/spos/README.md`. */
interface Golden {
  readonly formula_selftest: { readonly all_float_tensors_sha256: { readonly sha256: string } };
  readonly cases: readonly Case[];
  readonly bn_recalibration: readonly {
    readonly name: string;
    readonly arch: readonly number[];
    readonly calibration_image_ids: readonly (readonly number[])[];
    readonly size: number;
    readonly repo_tester: Recalibration;
    readonly cumulative: Recalibration;
  }[];
}

interface Case {
  readonly name: string;
  readonly arch: readonly number[];
  readonly flops: { readonly repo_search_hook: number };
  readonly params: { readonly supernet_path: number };
  readonly eval_224: Evaluation;
  /** With the pool replaced by a global mean, as the original cannot run this size. */
  readonly eval_160?: Evaluation;
  readonly eval_256_global_pool?: Evaluation;
}

interface Evaluation {
  readonly image_ids: readonly number[];
  readonly size: number;
  readonly images: readonly Logits[];
}

interface Logits {
  readonly logits16_f64: readonly number[];
  readonly l2_f64: number;
}

interface Recalibration {
  readonly bn: Readonly<
    Record<
      string,
      {
        readonly channels: number;
        readonly running_mean_first8: readonly number[];
        readonly running_var_first8: readonly number[];
        readonly running_mean_l2: number;
        readonly running_var_l2: number;
      }
    >
  >;
  readonly logits: readonly Logits[];
  readonly logits_image_ids: readonly number[];
}

/** Accepted differences, from the notes that came with the references. */
const tolerances = {
  running: { logits: 2e-4 },
  exponential: { logits: 1e-4, statistics: 1e-4 },
  cumulative: { logits: 3e-3, statistics: 5e-4 },
} as const;

const url = new URL("../../../../test/golden/spos/spos.json", import.meta.url);
const golden = JSON.parse(readFileSync(url, "utf8")) as Golden;
const spec = publishedShuffleNetSpec();
const tensors = formulaTensors(spec);

describe("SPOS ShuffleNetV2 against the original code", () => {
  let supernet: Supernet;

  beforeAll(async () => {
    supernet = await loadSupernet(
      {
        file: "/test/supernet.yaml",
        name: "spos",
        spec,
        weights: { kind: "checkpoint", path: "/test/weights.pth" },
        images: {},
        ...familyDefaults("spos-shufflenet-v2"),
      },
      memoryTensorSource(tensors),
    );
  });

  const cut = (notation: unknown): Subnet => {
    const outcome = supernet.subnetOfNotation(notation);
    if (outcome.kind === "illegal") throw new Error(outcome.reasons.join("; "));
    return outcome.subnet;
  };

  it("starts from the same tensors", () => {
    const hash = createHash("sha256");
    for (const [name, { dtype, data }] of tensors) {
      if (dtype === "float32") hash.update(`${name}\0`).update(new Uint8Array(data.buffer));
    }
    expect(hash.digest("hex")).toBe(golden.formula_selftest.all_float_tensors_sha256.sha256);
    expect(supernet.summary).toMatchObject({ tensorCount: 1337, paramsCount: 8_388_176 });
  });

  it.each(golden.cases.map(({ name }) => name))(
    "gives the logits and costs of %s",
    async (name) => {
      const reference = golden.cases.find((one) => one.name === name) as Case;
      const subnet = cut(reference.arch);
      const flops = reference.flops.repo_search_hook;
      expect(subnet.cost).toEqual({
        macs: flops,
        officialFlops: flops,
        paramsCount: reference.params.supernet_path,
      });
      const { eval_224, eval_160, eval_256_global_pool } = reference;
      for (const evaluation of [eval_224, eval_160, eval_256_global_pool]) {
        if (!evaluation) continue;
        const { image_ids: ids, size, images } = evaluation;
        await expectLogits(
          subnet,
          runningStatistics(subnet),
          ids,
          size,
          images,
          tolerances.running,
        );
      }
    },
  );

  const runs = golden.bn_recalibration.flatMap((reference) => [
    { name: reference.name, mode: "exponential" as const, run: reference.repo_tester, reference },
    { name: reference.name, mode: "cumulative" as const, run: reference.cumulative, reference },
  ]);
  it.each(runs)(
    "re-estimates the statistics of $name ($mode) and gives its logits",
    async ({ mode, run, reference }) => {
      const subnet = cut(reference.arch);
      const { calibration_image_ids: batches, size } = reference;
      const statistics = await calibrate(subnet, batches, size, mode);
      for (const [key, expected] of Object.entries(run.bn)) {
        expectStatistics(statistics, key, expected, tolerances[mode].statistics);
      }
      await expectLogits(
        subnet,
        statistics,
        run.logits_image_ids,
        size,
        run.logits,
        tolerances[mode],
      );
    },
  );
});

async function calibrate(
  subnet: Subnet,
  batches: readonly (readonly number[])[],
  side: number,
  mode: StatisticsMode,
): Promise<BatchStatistics> {
  const session = await openSession(buildCalibrationGraph(subnet));
  const observations = [];
  for (const ids of batches) {
    const batch = { data: formulaImages(ids, side), shape: [ids.length, 3, side, side] };
    const { means = [], variances = [] } = await runSession(session, batch);
    observations.push({ imagesCount: ids.length, side, means, variances });
  }
  await session.release();
  return combineStatistics(subnet, observations, mode);
}

/** Means by absolute, variances by relative difference. */
function expectStatistics(
  statistics: BatchStatistics,
  key: string,
  expected: Recalibration["bn"][string],
  tolerance: number,
): void {
  const { mean = new Float64Array(), variance = new Float64Array() } = statistics.get(key) ?? {};
  expect([key, mean.length, variance.length]).toEqual([key, expected.channels, expected.channels]);
  expected.running_mean_first8.forEach((value, i) => {
    expect(Math.abs((mean[i] as number) - value)).toBeLessThan(tolerance);
  });
  expected.running_var_first8.forEach((value, i) => {
    expect(Math.abs((variance[i] as number) / value - 1)).toBeLessThan(tolerance);
  });
  expect(Math.abs(Math.hypot(...mean) - expected.running_mean_l2)).toBeLessThan(tolerance * 10);
  expect(Math.abs(Math.hypot(...variance) / expected.running_var_l2 - 1)).toBeLessThan(tolerance);
}

async function expectLogits(
  subnet: Subnet,
  statistics: BatchStatistics,
  ids: readonly number[],
  side: number,
  expected: readonly Logits[],
  tolerance: { readonly logits: number },
): Promise<void> {
  const session = await openSession(buildInferenceGraph(subnet, statistics));
  const batch = { data: formulaImages(ids, side), shape: [ids.length, 3, side, side] };
  const { logits = new Float32Array() } = await runSession(session, batch);
  await session.release();
  expect(logits).toHaveLength(ids.length * subnet.classes);
  expected.forEach(({ logits16_f64, l2_f64 }, image) => {
    const own = logits.subarray(image * subnet.classes, (image + 1) * subnet.classes);
    const errors = logits16_f64.map((logit, i) => Math.abs(logit - (own[i] as number)));
    expect(Math.max(...errors)).toBeLessThan(tolerance.logits);
    expect(Math.abs(Math.hypot(...own) / l2_f64 - 1)).toBeLessThan(1e-4);
  });
}
