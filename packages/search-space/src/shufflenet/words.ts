import { shuffleBlocks } from "./plan.js";
import { layerCount, type ShuffleNetSpec } from "./spec.js";

/** The space in words for a prompt. It names no data set and no published network (no leakage). */
export function describeShuffleNet(spec: ShuffleNetSpec, example: readonly number[]): string {
  const layers = layerCount(spec);
  let first = 0;
  const rows = spec.stages.map(({ repeats, channels }, i) => {
    const row = `- stage ${i}: layers ${first}-${first + repeats - 1}, ${channels} channels, stride 2 in its first layer`;
    first += repeats;
    return row;
  });
  return [
    `A convolutional network of ${layers} layers in ${spec.stages.length} stages for inputs of ` +
      `${spec.resolution}x${spec.resolution} pixels. In each layer one half of the channels passes unchanged and the ` +
      "other half goes through a block; the halves are interleaved. Every layer always runs.",
    ...rows,
    "",
    "Open choices:",
    `- block kind: for each of the ${layers} layers one of`,
    "  0: 1x1 convolution, 3x3 depthwise convolution, 1x1 convolution",
    "  1: the same with a 5x5 depthwise convolution",
    "  2: the same with a 7x7 depthwise convolution",
    "  3: three 3x3 depthwise convolutions, each followed by a 1x1 convolution",
    "",
    `Written as JSON: a list of ${layers} numbers, one per layer in order.`,
    `Example: ${JSON.stringify(example)}`,
    "Cost grows from kind 0 to kind 2. Kind 3 is usually the dearest in layers of stride 1 and the " +
      "cheapest in layers of stride 2, and it has the most parameters.",
  ].join("\n");
}

/** JSON Schema of the notation. */
export function shuffleNetJsonSchema(spec: ShuffleNetSpec): Record<string, unknown> {
  const layers = layerCount(spec);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "array",
    items: { enum: shuffleBlocks.map((_, choice) => choice) },
    minItems: layers,
    maxItems: layers,
  };
}
