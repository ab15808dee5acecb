import { z } from "zod";
import { count } from "../spec-parts.js";

/**
 * The stage table of a single-path one-shot ShuffleNetV2: a fixed stem, then layers of which each
 * is one of four blocks, then a fixed head. The published supernet is one instance of it.
 */
export const shuffleNetSpecSchema = z
  .strictObject({
    family: z.literal("spos-shufflenet-v2"),
    /** Output channels of the 3x3 stride-2 stem. */
    stem: count,
    stages: z
      .array(
        z.strictObject({
          /** Layers of the stage; its first one has stride 2. */
          repeats: count,
          /** Output channels of every layer of the stage; even, since the layers halve them. */
          channels: count.refine((channels) => channels % 2 === 0, "allowed are even channels"),
        }),
      )
      .min(1),
    /** Channels of the 1x1 convolution before global pooling. */
    lastChannels: count,
    classes: count,
    /** Side of the square input in pixels. */
    resolution: count,
  })
  .superRefine(({ stem, stages }, context) => {
    stages.forEach(({ channels }, i) => {
      const before = stages[i - 1]?.channels ?? stem;
      if (channels > before) return;
      context.addIssue({
        code: "custom",
        path: ["stages", i, "channels"],
        // The first layer passes its input on beside what it adds.
        message: `got ${channels}, allowed is more than the ${before} channels that enter the stage`,
      });
    });
  });

export type ShuffleNetSpec = z.infer<typeof shuffleNetSpecSchema>;

/** Layers of the whole network, e.g. 20 for the published one. */
export function layerCount(spec: ShuffleNetSpec): number {
  return spec.stages.reduce((sum, { repeats }) => sum + repeats, 0);
}
