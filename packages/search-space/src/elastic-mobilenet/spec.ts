import { z } from "zod";
import { ascendingChoices, count } from "../spec-parts.js";

/**
 * The stage table of an elastic MobileNetV3: a fixed stem and first block, then stages whose
 * depth, kernel sizes and expansion ratios are open. The demo network and the published
 * once-for-all networks are two instances of it.
 */
export const elasticMobileNetSpecSchema = z.strictObject({
  family: z.literal("ofa-mobilenet-v3"),
  /** Output channels of the 3x3 stride-2 stem. */
  stem: count,
  /** Output channels of the fixed 3x3 depthwise-separable first block. */
  firstBlock: count,
  stages: z
    .array(
      z.strictObject({
        /** Output channels of every block of the stage. */
        width: count,
        /** Stride of the stage's first block. */
        stride: z.union([z.literal(1), z.literal(2)]),
        activation: z.enum(["relu", "h-swish"]),
        squeezeExcite: z.boolean(),
      }),
    )
    .min(1),
  /** Channels of the 1x1 convolution before global pooling. */
  finalExpand: count,
  /** Channels of the 1x1 convolution after global pooling. */
  featureMix: count,
  classes: count,
  /** Blocks a stage may run; the first `d` of the largest depth run. */
  depths: ascendingChoices("depths"),
  /** Odd depthwise kernel sizes; the largest is stored, the others are derived from it. */
  kernels: ascendingChoices("kernels").refine(
    (list) => list.every((k) => k % 2 === 1),
    "kernels must be odd",
  ),
  expansions: ascendingChoices("expansions"),
  /** Square input sizes in pixels. */
  resolutions: ascendingChoices("resolutions"),
});

export type ElasticMobileNetSpec = z.infer<typeof elasticMobileNetSpecSchema>;

/** Blocks each stage holds, running or not. */
export function maxDepth(spec: ElasticMobileNetSpec): number {
  return spec.depths.at(-1) as number;
}

/** Searchable blocks of the whole network, e.g. 20 for once-for-all. */
export function blockCount(spec: ElasticMobileNetSpec): number {
  return spec.stages.length * maxDepth(spec);
}

/**
 * Channels as hardware likes them: the nearest multiple of 8, but never more than 10 % below
 * the wished value (MobileNet's `make_divisible`).
 */
export function roundChannels(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}
