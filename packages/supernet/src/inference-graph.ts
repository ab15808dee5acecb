import { encodeModel, GraphBuilder, OnnxBuildError } from "@collm/onnx";
import type { BatchStatistics } from "./batch-statistics.js";
import { type Subnet, subnetMetadata } from "./subnet.js";
import type { BatchNorm, ConvolutionLayer } from "./subnet-layers.js";
import { type ConvolutionWriter, graphNames, writeLayers } from "./write-layers.js";

/**
 * The subnet as a model file from images to logits, every BatchNorm folded into its convolution:
 *
 *     weight' = weight * scale / sqrt(variance + epsilon)
 *     bias'   = shift - mean * scale / sqrt(variance + epsilon)
 *
 * computed in double precision and rounded once. Batch and image size stay open. This is the graph
 * that evaluations run and that users export. Throws `OnnxBuildError` when `statistics` lack a
 * BatchNorm of the subnet or have another number of channels.
 */
export function buildInferenceGraph(subnet: Subnet, statistics: BatchStatistics): Uint8Array {
  const graph = new GraphBuilder("subnet");
  const images = graph.input(graphNames.images, ["batch", 3, "height", "width"]);
  const logits = writeLayers(graph, images, subnet.layers, foldedConvolution(statistics));
  graph.output(logits, graphNames.logits, ["batch", subnet.classes]);
  return encodeModel(graph, { metadata: subnetMetadata(subnet) });
}

function foldedConvolution(statistics: BatchStatistics): ConvolutionWriter {
  return (graph, input, layer) => {
    const { name, batchNorm } = layer;
    if (!batchNorm) return graph.conv(name, input, layer);
    return graph.conv(name, input, { ...layer, ...fold(layer, batchNorm, statistics) });
  };
}

function fold(
  layer: ConvolutionLayer,
  norm: BatchNorm,
  statistics: BatchStatistics,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const observed = statistics.get(norm.key);
  if (observed?.mean.length !== norm.channels || observed.variance.length !== norm.channels) {
    throw new OnnxBuildError(
      `statistics of ${norm.key}: got ${observed?.mean.length ?? "no"} means and ` +
        `${observed?.variance.length ?? "no"} variances, expected ${norm.channels} of each`,
    );
  }
  const weight = new Float32Array(layer.weight.length);
  const bias = new Float32Array(norm.channels);
  const perChannel = layer.weight.length / norm.channels;
  for (let channel = 0; channel < norm.channels; channel++) {
    const deviation = Math.sqrt((observed.variance[channel] as number) + norm.epsilon);
    const factor = (norm.scale[channel] as number) / deviation;
    bias[channel] = (norm.shift[channel] as number) - (observed.mean[channel] as number) * factor;
    const end = (channel + 1) * perChannel;
    for (let i = channel * perChannel; i < end; i++) {
      weight[i] = (layer.weight[i] as number) * factor;
    }
  }
  return { weight, bias };
}
