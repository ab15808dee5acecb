import { expect, test } from "vitest";
import { contextDigest, type EvaluationContext } from "./evaluation-context.js";

const runtime = { executionProvider: "cpu", threads: 1 };
const context: EvaluationContext = {
  supernetDigest: "s",
  measuredDigest: "m",
  calibrationDigest: "c",
  manifest: {
    recipe: { calibrationImages: 500, batchSize: 100, batchNorm: "weighted-mean" },
    normalize: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  },
  runtime,
};
const { recipe, normalize } = context.manifest;

test.each<[string, Partial<EvaluationContext>]>([
  ["the supernet", { supernetDigest: "s2" }],
  ["the measured images", { measuredDigest: "m2" }],
  ["the calibration images", { calibrationDigest: "c2" }],
  ["the provider", { runtime: { ...runtime, executionProvider: "cuda" } }],
  ["the batch", { runtime: { ...runtime, batchSize: 64 } }],
  ["TF32", { runtime: { ...runtime, allowTf32: true } }],
  ["the calibration batch", { manifest: { normalize, recipe: { ...recipe, batchSize: 50 } } }],
  [
    "the normalisation",
    { manifest: { recipe, normalize: { ...normalize, mean: [0.4, 0.5, 0.5] } } },
  ],
  ["raw bytes", { manifest: { recipe, normalize: { ...normalize, range: 255 } } }],
  [
    "the channels' order",
    { manifest: { recipe, normalize: { ...normalize, channelOrder: "bgr" } } },
  ],
])("contextDigest changes with %s", (_, change) => {
  expect(contextDigest({ ...context, ...change })).not.toBe(contextDigest(context));
});

test("contextDigest ignores the calibration recipe when statistics are not re-estimated", () => {
  const running: EvaluationContext = { ...context, calibrationDigest: undefined };
  const other = { normalize, recipe: { ...recipe, batchSize: 50 } };
  expect(contextDigest({ ...running, manifest: other })).toBe(contextDigest(running));
});

test("contextDigest does not tell a default that is written from one that is not", () => {
  const written = { ...normalize, range: 1, channelOrder: "rgb" } as const;
  const same = { ...context, manifest: { recipe, normalize: written } };
  expect(contextDigest(same)).toBe(contextDigest(context));
});
