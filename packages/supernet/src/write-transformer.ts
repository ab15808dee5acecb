import type { GraphBuilder, Value } from "@collm/onnx";
import type {
  PatchEmbeddingLayer,
  PatchMeanLayer,
  Projection,
  TransformerLayer,
} from "./transformer-layers.js";
import { writeRelativeAttention } from "./write-attention.js";

/** Appends one transformer layer to a graph. */
export function writeTransformerLayer(
  graph: GraphBuilder,
  input: Value,
  layer: TransformerLayer,
): Value {
  switch (layer.kind) {
    case "patch-embedding":
      return writePatchEmbedding(graph, input, layer);
    case "layer-norm":
      return graph.layerNormalization(layer.name, input, layer);
    case "token-linear": {
      const linear = project(graph, layer.name, input, layer);
      return layer.activation === "gelu" ? graph.gelu(linear) : linear;
    }
    case "relative-attention":
      return writeRelativeAttention(graph, input, layer);
    case "patch-mean":
      return writePatchMean(graph, input, layer);
  }
}

export function project(
  graph: GraphBuilder,
  name: string,
  input: Value,
  { weight, weightShape, bias }: Projection,
): Value {
  return graph.linear(name, input, weight, weightShape, bias);
}

function writePatchEmbedding(
  graph: GraphBuilder,
  images: Value,
  layer: PatchEmbeddingLayer,
): Value {
  const { name, weight, weightShape, bias, constants, patches } = layer;
  const [width, , patch] = weightShape;
  const convolved = graph.conv(name, images, {
    weight,
    weightShape,
    bias,
    stride: patch,
    padding: 0,
  }); // [batch, width, grid, grid]
  const embedded = graph.transpose(graph.reshape(convolved, [0, width, patches]), [0, 2, 1]);
  // An empty token in front makes room for the class token without knowing the batch size.
  const tokens = graph.pad(embedded, [0, 1, 0], [0, 0, 0]);
  const constant = graph.constant(`${name}.constants`, [1, 1 + patches, width], constants);
  return graph.reshape(graph.add(tokens, constant), [-1, width]);
}

function writePatchMean(
  graph: GraphBuilder,
  input: Value,
  { patches, width }: PatchMeanLayer,
): Value {
  const tokens = graph.reshape(input, [-1, 1 + patches, width]);
  return graph.reduceMean(graph.slice(tokens, 1, 1), [1]);
}
