import { blockCount, type ElasticMobileNetSpec, maxDepth } from "./spec.js";

/** The space in words for a prompt. It names no data set and no published network (no leakage). */
export function describeElasticMobileNet(
  spec: ElasticMobileNetSpec,
  example: { ks: number[]; e: number[]; d: number[]; r: number },
): string {
  const stages = spec.stages.length;
  const depth = maxDepth(spec);
  const blocks = blockCount(spec);
  const rows = spec.stages.map((stage, i) => {
    const first = i * depth;
    const squeeze = stage.squeezeExcite ? ", squeeze-and-excitation" : "";
    return (
      `- stage ${i}: blocks ${first}-${first + depth - 1}, ${stage.width} channels, ` +
      `stride ${stage.stride} in its first block, ${stage.activation}${squeeze}`
    );
  });
  return [
    `A convolutional network of ${stages} stages with up to ${depth} inverted-residual blocks each ` +
      "(1x1 expansion, depthwise convolution, 1x1 projection).",
    ...rows,
    "",
    "Open choices:",
    `- r, resolution: side of the square input in pixels, one of ${spec.resolutions.join(", ")}`,
    `- d, depth: for each of the ${stages} stages the number of blocks that run, one of ${spec.depths.join(", ")}`,
    `- ks, kernel size: for each of the ${blocks} blocks the depthwise kernel, one of ${spec.kernels.join(", ")}`,
    `- e, expansion ratio: for each of the ${blocks} blocks the widening inside the block, one of ${spec.expansions.join(", ")}`,
    "",
    `Written as JSON: {"ks": [${blocks} numbers], "e": [${blocks} numbers], "d": [${stages} numbers], "r": number}.`,
    `Stage i owns positions ${depth}*i to ${depth}*i+${depth - 1} of ks and e; only its first d[i] blocks run, ` +
      "the values of the others have no effect and are written as 0.",
    `Example: ${JSON.stringify(example)}`,
    "Cost grows with the square of r, about linearly with e and with depth, and slowly with ks.",
  ].join("\n");
}

/** JSON Schema of the notation; 0 is allowed everywhere a block may be skipped. */
export function elasticMobileNetJsonSchema(spec: ElasticMobileNetSpec): Record<string, unknown> {
  const depth = maxDepth(spec);
  const minDepth = spec.depths[0] as number;
  const perBlock = (choices: readonly number[]): Record<string, unknown> => ({
    type: "array",
    // Positions below the smallest depth always run, so 0 is impossible there.
    prefixItems: Array.from({ length: blockCount(spec) }, (_, block) => ({
      enum: block % depth < minDepth ? choices : [0, ...choices],
    })),
    items: false,
    minItems: blockCount(spec),
    maxItems: blockCount(spec),
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      ks: perBlock(spec.kernels),
      e: perBlock(spec.expansions),
      d: {
        type: "array",
        items: { enum: spec.depths },
        minItems: spec.stages.length,
        maxItems: spec.stages.length,
      },
      r: { enum: spec.resolutions },
    },
    required: ["ks", "e", "d", "r"],
    additionalProperties: false,
  };
}
