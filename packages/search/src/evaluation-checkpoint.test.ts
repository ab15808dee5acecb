import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkpointProblem,
  type EvaluationCheckpoint,
  type EvaluationPlan,
} from "./evaluation-checkpoint.js";

const plan: EvaluationPlan = {
  calibrationImages: 250,
  calibrationBatchSize: 100,
  channels: 2,
  images: 70,
  batchSize: 16,
};

/** Where an evaluation is after so many batches of each phase. */
function after(calibrationBatches: number, batches: number): EvaluationCheckpoint {
  const calibrated = Math.min(plan.calibrationImages, calibrationBatches * 100);
  const imagesDone = Math.min(plan.images, batches * 16);
  const statistics = { means: new Float64Array(2), variances: new Float64Array(2) };
  return {
    plan,
    ...(calibrated === 0
      ? {}
      : {
          calibration: {
            imagesDone: calibrated,
            batchesDone: calibrationBatches,
            ...statistics,
          },
        }),
    imagesDone,
    top1Count: imagesDone >> 1,
    top5Count: imagesDone,
    seconds: { build: 0, calibrate: 1, run: 1 },
  };
}
const middle = after(3, 2);
const calibration = middle.calibration as NonNullable<EvaluationCheckpoint["calibration"]>;

describe("checkpointProblem", () => {
  it("finds none wherever an evaluation may be between two batches", () => {
    const positions = fc.oneof(
      fc.nat(3).map((batches) => after(batches, 0)),
      fc.nat(5).map((batches) => after(3, batches)),
    );
    fc.assert(
      fc.property(positions, (one) => {
        expect(checkpointProblem(one, plan)).toBeUndefined();
      }),
    );
  });

  it.each(Object.keys(plan) as (keyof EvaluationPlan)[])("names another %s", (name) => {
    const other = { ...plan, [name]: plan[name] + 1 };
    expect(checkpointProblem(middle, other)).toBe(
      `${name}: got ${plan[name]}, expected is ${plan[name] + 1}`,
    );
  });

  it.each<[string, Partial<EvaluationCheckpoint>]>([
    ["imagesDone: got 33", { imagesDone: 33 }],
    ["imagesDone: got 80", { imagesDone: 80 }],
    ["counts: got 33 and 32 of 32", { top1Count: 33 }],
    ["counts: got 16 and 33 of 32", { top5Count: 33 }],
    ["calibration: got 150 images", { calibration: { ...calibration, imagesDone: 150 } }],
    ["calibration: got 200 images", { calibration: { ...calibration, imagesDone: 200 } }],
    [
      "statistics: got 3 means",
      {
        calibration: { ...calibration, means: new Float64Array(3), variances: new Float64Array(3) },
      },
    ],
    [
      "statistics: got 2 means and 3",
      { calibration: { ...calibration, variances: new Float64Array(3) } },
    ],
  ])("says %s", (problem, change) => {
    expect(checkpointProblem({ ...middle, ...change }, plan)).toContain(problem);
  });
});
