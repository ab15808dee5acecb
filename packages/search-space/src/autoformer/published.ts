import type { AutoFormerSpec } from "./spec.js";

export type AutoFormerSize = "tiny" | "small" | "base";

/**
 * Which of the two official files a Base search takes its numbers of heads from: they disagree.
 * `supernet-yaml` (experiments/supernet, 9 and 10 heads) is the one that the official search
 * command names; `subnet-yaml` (experiments/subnet) has 8, 9 and 10.
 */
export type AutoFormerHeadChoices = "supernet-yaml" | "subnet-yaml";

const sizes = {
  tiny: {
    embedDims: [192, 216, 240],
    depths: [12, 13, 14],
    headChoices: { "supernet-yaml": [3, 4], "subnet-yaml": [3, 4] },
    mlpRatios: [3.5, 4],
    superEmbedDim: 256,
    superDepth: 14,
    superHeads: 4,
  },
  small: {
    embedDims: [320, 384, 448],
    depths: [12, 13, 14],
    headChoices: { "supernet-yaml": [5, 6, 7], "subnet-yaml": [5, 6, 7] },
    mlpRatios: [3, 3.5, 4],
    superEmbedDim: 448,
    superDepth: 14,
    superHeads: 7,
  },
  base: {
    embedDims: [528, 576, 624],
    depths: [14, 15, 16],
    headChoices: { "supernet-yaml": [9, 10], "subnet-yaml": [8, 9, 10] },
    mlpRatios: [3, 3.5, 4],
    superEmbedDim: 640,
    superDepth: 16,
    superHeads: 10,
  },
} as const;

/**
 * A published AutoFormer supernet and its search space (microsoft/Cream, folder AutoFormer).
 *
 * @param headChoices matters for Base only; default `supernet-yaml`.
 */
export function publishedAutoFormerSpec(
  size: AutoFormerSize,
  headChoices: AutoFormerHeadChoices = "supernet-yaml",
): AutoFormerSpec {
  const { embedDims, depths, headChoices: heads, mlpRatios, ...supernet } = sizes[size];
  return {
    family: "autoformer",
    embedDims: [...embedDims],
    depths: [...depths],
    headChoices: [...heads[headChoices]],
    mlpRatios: [...mlpRatios],
    ...supernet,
    superMlpRatio: 4,
    patch: 16,
    resolution: 224,
    classes: 1000,
  };
}
