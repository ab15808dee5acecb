import { createRng } from "../rng.js";
import { edges, operators } from "./cell.js";
import type { NasBench201Spec } from "./spec.js";

/** Names that say what an operator does, in the order of {@link operators}; not the official ones. */
const plainNames = ["zero", "identity", "conv1x1", "conv3x3", "avgpool3x3"] as const;

const meanings: Readonly<Record<(typeof plainNames)[number], string>> = {
  zero: "no connection",
  identity: "passes its input on",
  conv1x1: "ReLU, 1x1 convolution, batch normalisation",
  conv3x3: "ReLU, 3x3 convolution, batch normalisation",
  avgpool3x3: "3x3 average pooling, stride 1",
};

/**
 * Names of the operators as prompts and answers have them, in the order of {@link operators}. With
 * `permuteOperators` letters that say nothing, handed out in an order that the seed draws.
 */
export function operatorNames({ permuteOperators }: NasBench201Spec): readonly string[] {
  if (permuteOperators === undefined) return plainNames;
  const rng = createRng("operators", permuteOperators);
  const letters = operators.map((_, i) => String.fromCharCode("A".charCodeAt(0) + i));
  return operators.map(() => letters.splice(rng.int(letters.length), 1)[0] ?? "");
}

/** The edge's key in prompts and answers, e.g. `0-2`. */
export function edgeName({ from, to }: (typeof edges)[number]): string {
  return `${from}-${to}`;
}

/** The space in words for a prompt. It names no data set and no benchmark (no leakage). */
export function describeNasBench201(spec: NasBench201Spec, example: object): string {
  const names = operatorNames(spec);
  const explained =
    spec.permuteOperators === undefined
      ? plainNames.map((name) => `  ${name}: ${meanings[name]}`)
      : [`  ${[...names].sort().join(", ")}: five operators of which nothing is known beforehand`];
  return [
    `A convolutional image classifier for inputs of ${spec.resolution}x${spec.resolution} pixels: three stages of five ` +
      "cells with 16, 32 and 64 channels, between them fixed blocks that halve the maps. All cells are alike.",
    "A cell is a graph of four nodes. Node 0 is its input, node 3 its output; every node is the sum of what its " +
      `incoming edges give. The ${edges.length} edges run from each node to each later one.`,
    "",
    "Open choices:",
    "- operator: for each edge one of",
    ...explained,
    "",
    "Written as JSON: an object with a key for each edge, `from-to`.",
    `Example: ${JSON.stringify(example)}`,
  ].join("\n");
}

/** JSON Schema of the notation. */
export function nasBench201JsonSchema(spec: NasBench201Spec): Record<string, unknown> {
  const keys = edges.map(edgeName);
  const operator = { enum: [...operatorNames(spec)] };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(keys.map((key) => [key, operator])),
    required: keys,
    additionalProperties: false,
  };
}
