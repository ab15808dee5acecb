import type { ElasticMobileNetSpec } from "../elastic-mobilenet/spec.js";

/** A small elastic MobileNet for tests: 2 stages of up to 3 blocks. */
export const tinySpec: ElasticMobileNetSpec = {
  family: "ofa-mobilenet-v3",
  stem: 8,
  firstBlock: 8,
  stages: [
    { width: 16, stride: 2, activation: "relu", squeezeExcite: false },
    { width: 24, stride: 2, activation: "h-swish", squeezeExcite: true },
  ],
  finalExpand: 32,
  featureMix: 48,
  classes: 10,
  depths: [1, 2, 3],
  kernels: [3, 5, 7],
  expansions: [1, 2, 4],
  resolutions: [12, 16, 20],
};
