import { type ElasticMobileNetSpec, roundChannels } from "./spec.js";

/**
 * The published once-for-all MobileNetV3 space (arXiv 1908.09791) at a width multiplier;
 * checkpoints exist for 1.0 and 1.2. Resolutions are those of the project's tutorial search,
 * which the CoLLM-NAS paper uses too (appendix A).
 */
export function publishedOfaSpec(width: 1.0 | 1.2): ElasticMobileNetSpec {
  const channels = (base: number): number => roundChannels(base * width);
  return {
    family: "ofa-mobilenet-v3",
    stem: channels(16),
    firstBlock: channels(16),
    stages: [
      { width: channels(24), stride: 2, activation: "relu", squeezeExcite: false },
      { width: channels(40), stride: 2, activation: "relu", squeezeExcite: true },
      { width: channels(80), stride: 2, activation: "h-swish", squeezeExcite: false },
      { width: channels(112), stride: 1, activation: "h-swish", squeezeExcite: true },
      { width: channels(160), stride: 2, activation: "h-swish", squeezeExcite: true },
    ],
    finalExpand: channels(960),
    featureMix: channels(1280),
    classes: 1000,
    depths: [2, 3, 4],
    kernels: [3, 5, 7],
    expansions: [3, 4, 6],
    resolutions: [160, 176, 192, 208, 224],
  };
}
