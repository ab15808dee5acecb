import type { AutoFormerSpec } from "../autoformer/spec.js";
import type { ElasticMobileNetSpec } from "../elastic-mobilenet/spec.js";
import type { ShuffleNetSpec } from "../shufflenet/spec.js";

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

/** A small ShuffleNet for tests: 6 layers in 2 stages. */
export const tinyShuffleNetSpec: ShuffleNetSpec = {
  family: "spos-shufflenet-v2",
  stem: 8,
  stages: [
    { repeats: 2, channels: 24 },
    { repeats: 4, channels: 48 },
  ],
  lastChannels: 64,
  classes: 10,
  resolution: 32,
};

/** A small AutoFormer for tests: 2 or 3 layers over 16 patches, in a supernet of 4 layers. */
export const tinyAutoFormerSpec: AutoFormerSpec = {
  family: "autoformer",
  embedDims: [64, 96, 120],
  depths: [2, 3],
  headChoices: [1, 2],
  mlpRatios: [1.5, 2],
  superEmbedDim: 128,
  superDepth: 4,
  superHeads: 2,
  superMlpRatio: 2,
  patch: 8,
  resolution: 32,
  classes: 10,
};
