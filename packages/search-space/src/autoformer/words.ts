import type { AutoFormerNotation } from "./genotype.js";
import { type AutoFormerSpec, autoFormerHeadDim, patchCount } from "./spec.js";

/** The space in words for a prompt. It names no data set and no published network (no leakage). */
export function describeAutoFormer(spec: AutoFormerSpec, example: AutoFormerNotation): string {
  const { depths, embedDims, mlpRatios, headChoices } = spec;
  return [
    `A vision transformer that reads a square image as ${patchCount(spec)} patches of ` +
      `${spec.patch}x${spec.patch} pixels and one class token. Each layer is self-attention followed by a ` +
      "two-layer MLP, both with a shortcut and a normalisation before them.",
    `Every attention head is ${autoFormerHeadDim} wide, so a layer with H heads has queries, keys and values ` +
      `of width ${autoFormerHeadDim}*H, whatever the embedding width is.`,
    "",
    "Open choices:",
    `- layer_num, depth: the number of layers that run, one of ${depths.join(", ")}`,
    `- embed_dim, embedding width: width of the tokens, the same in every layer, one of ${embedDims.join(", ")}`,
    `- mlp_ratio, MLP ratio: for each layer the hidden width of its MLP as a multiple of the embedding width, one of ${mlpRatios.join(", ")}`,
    `- num_heads, attention heads: for each layer the number of heads, one of ${headChoices.join(", ")}`,
    "",
    'Written as JSON: {"layer_num": D, "mlp_ratio": [D numbers], "num_heads": [D numbers], "embed_dim": [D times the same number]}.',
    "The lists have exactly layer_num entries, one per layer in order.",
    `Example: ${JSON.stringify(example)}`,
    "Cost grows about linearly with depth, embedding width, MLP ratios and heads.",
  ].join("\n");
}

/**
 * JSON Schema of the notation. That the lists are as long as `layer_num` says is not in it: only a
 * union over depths could say so, which constrained decoders do not take at the root of a schema.
 */
export function autoFormerJsonSchema(spec: AutoFormerSpec): Record<string, unknown> {
  const perLayer = (choices: readonly number[]): Record<string, unknown> => ({
    type: "array",
    items: { enum: choices },
    minItems: spec.depths[0],
    maxItems: spec.depths.at(-1),
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      layer_num: { enum: spec.depths },
      mlp_ratio: perLayer(spec.mlpRatios),
      num_heads: perLayer(spec.headChoices),
      embed_dim: perLayer(spec.embedDims),
    },
    required: ["layer_num", "mlp_ratio", "num_heads", "embed_dim"],
    additionalProperties: false,
  };
}
