import { z } from "zod";
import { ascendingChoices, count } from "../spec-parts.js";

/** Width of an attention head, in the supernet and in every subnet. */
export const autoFormerHeadDim = 64;

/** Distance in patches beyond which relative positions share a table row (`max_relative_position`). */
export const autoFormerMaxRelativePosition = 14;

/**
 * An AutoFormer supernet (arXiv 2107.00651) and what a search may choose of it. The tensors can be
 * cut to more than the choices: see `readCuttable`.
 */
export const autoFormerSpecSchema = z
  .strictObject({
    family: z.literal("autoformer"),
    /**
     * Widths of the tokens, one for the whole network. Even, because the original FLOPs counter
     * gives halves for odd ones, and a journal counts in whole numbers.
     */
    embedDims: ascendingChoices(
      "embedDims",
      count.refine((width) => width % 2 === 0, "allowed are even widths"),
    ),
    /** Layers that run. */
    depths: ascendingChoices("depths"),
    /** Attention heads of a layer. */
    headChoices: ascendingChoices("headChoices"),
    /** Hidden width of a layer's MLP, as a multiple of the token width. */
    mlpRatios: ascendingChoices("mlpRatios", z.number().positive()),
    /** What the supernet's tensors hold. */
    superEmbedDim: count,
    superDepth: count,
    superHeads: count,
    superMlpRatio: z.number().positive(),
    /** Side of a patch in pixels. */
    patch: count,
    /** Side of the square input in pixels: an even number of patches, for the same reason. */
    resolution: count,
    classes: count,
  })
  .superRefine((spec, context) => {
    const check = (isGood: boolean, key: string, message: string): void => {
      if (!isGood) context.addIssue({ code: "custom", path: [key], message });
    };
    const within = (key: "embedDims" | "depths" | "headChoices", most: number): void =>
      check((spec[key].at(-1) ?? 0) <= most, key, `allowed is at most the supernet's ${most}`);
    within("embedDims", spec.superEmbedDim);
    within("depths", spec.superDepth);
    within("headChoices", spec.superHeads);
    check(
      mlpWidth(spec.embedDims.at(-1) ?? 0, spec.mlpRatios.at(-1) ?? 0) <= superMlpWidth(spec) &&
        mlpWidth(spec.embedDims[0] ?? 0, spec.mlpRatios[0] ?? 0) >= 1,
      "mlpRatios",
      `allowed are hidden widths from 1 to the supernet's ${superMlpWidth(spec)}`,
    );
    check(
      spec.superEmbedDim === autoFormerHeadDim * spec.superHeads,
      "superHeads",
      `got ${spec.superHeads}, allowed is superEmbedDim / ${autoFormerHeadDim}`,
    );
    check(
      spec.resolution % (2 * spec.patch) === 0,
      "resolution",
      `got ${spec.resolution}, allowed is a multiple of two patches`,
    );
  });

export type AutoFormerSpec = z.infer<typeof autoFormerSpecSchema>;

/** Hidden width of an MLP: the product truncated towards zero, as the original does. */
export function mlpWidth(embedDim: number, mlpRatio: number): number {
  return Math.trunc(embedDim * mlpRatio);
}

/** Hidden width of the supernet's MLPs. */
export function superMlpWidth(
  spec: Pick<AutoFormerSpec, "superEmbedDim" | "superMlpRatio">,
): number {
  return mlpWidth(spec.superEmbedDim, spec.superMlpRatio);
}

/** Patches of an image, without the class token: 196 for 224 pixels. */
export function patchCount(spec: Pick<AutoFormerSpec, "patch" | "resolution">): number {
  return Math.floor(spec.resolution / spec.patch) ** 2;
}
