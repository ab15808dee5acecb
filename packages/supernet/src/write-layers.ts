import type { GraphBuilder, Value } from "@collm/onnx";
import type {
  ConvolutionLayer,
  Layer,
  PointwiseWeights,
  SqueezeExciteLayer,
} from "./subnet-layers.js";
import { writeTransformerLayer } from "./write-transformer.js";

/** Names of the inputs and outputs of all graphs. */
export const graphNames = {
  /** Input, float32 `[batch, 3, height, width]`, normalised RGB. */
  images: "images",
  /** Output, float32 `[batch, classes]`. */
  logits: "logits",
  /** Output of a calibration graph: all BatchNorms' batch means, concatenated in execution order. */
  means: "means",
  /** Output of a calibration graph: the biased variances in the same order. */
  variances: "variances",
} as const;

/** Writes a convolution with its BatchNorm, without activation: the only point where graphs differ. */
export type ConvolutionWriter = (
  graph: GraphBuilder,
  input: Value,
  layer: ConvolutionLayer,
) => Value;

/** Appends `layers` to a graph; gives the last one's output. */
export function writeLayers(
  graph: GraphBuilder,
  input: Value,
  layers: readonly Layer[],
  writeConvolution: ConvolutionWriter,
): Value {
  return layers.reduce((value, layer) => writeLayer(graph, value, layer, writeConvolution), input);
}

function writeLayer(
  graph: GraphBuilder,
  input: Value,
  layer: Layer,
  writeConvolution: ConvolutionWriter,
): Value {
  switch (layer.kind) {
    case "convolution": {
      const linear = writeConvolution(graph, input, layer);
      if (layer.activation === "none") return linear;
      return layer.activation === "relu" ? graph.relu(linear) : graph.hardSwish(linear);
    }
    case "squeeze-excite":
      return writeSqueezeExcite(graph, input, layer);
    case "residual":
      return graph.add(writeLayers(graph, input, layer.body, writeConvolution), input);
    case "branches": {
      const inputs = layer.split === "parity" ? graph.splitByParity(input, 1) : undefined;
      const outputs = layer.branches.map((branch, i) =>
        writeLayers(graph, inputs?.[i] ?? input, branch, writeConvolution),
      );
      return graph.concat(outputs, 1);
    }
    case "global-average-pool":
      return graph.globalAveragePool(input);
    case "linear":
      return graph.linear(
        layer.name,
        graph.flatten(input),
        layer.weight,
        layer.weightShape,
        layer.bias,
      );
    default:
      return writeTransformerLayer(graph, input, layer);
  }
}

function writeSqueezeExcite(graph: GraphBuilder, input: Value, layer: SqueezeExciteLayer): Value {
  const pointwise = (step: string, value: Value, weights: PointwiseWeights): Value =>
    graph.conv(`${layer.name}.${step}`, value, weights);
  const squeezed = graph.relu(pointwise("reduce", graph.globalAveragePool(input), layer.reduce));
  return graph.mul(input, graph.hardSigmoid(pointwise("expand", squeezed, layer.expand)));
}
