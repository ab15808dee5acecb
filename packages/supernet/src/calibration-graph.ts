import { encodeModel, GraphBuilder, type Value } from "@collm/onnx";
import { type Subnet, subnetMetadata } from "./subnet.js";
import { batchNormsOf, type Layer } from "./subnet-layers.js";
import { type ConvolutionWriter, graphNames, writeLayers } from "./write-layers.js";

/**
 * A model file that takes one batch of images of any size and gives the batch mean and biased
 * variance of every BatchNorm's input, while each BatchNorm normalises with just these. They come as
 * two vectors (`graphNames`), in the order of `batchNormsOf`; `combineStatistics` takes them apart.
 *
 * Mean and variance are ordinary operators: the training mode of BatchNormalization is refused by
 * ONNX Runtime's CUDA provider, and on the CPU it is no faster than this form, which leaves the
 * normalisation itself to one BatchNormalization with computed operands (2.2 times the time of the
 * folded graph; with Sub, Mul and Add instead 2.9 times).
 */
export function buildCalibrationGraph(subnet: Subnet): Uint8Array {
  const graph = new GraphBuilder("calibration");
  const images = graph.input(graphNames.images, ["batch", 3, "height", "width"]);
  const means: Value[] = [];
  const variances: Value[] = [];
  writeLayers(graph, images, observedPart(subnet.layers), observedConvolution(means, variances));
  const channels = batchNormsOf(subnet.layers).reduce((sum, norm) => sum + norm.channels, 0);
  graph.output(graph.concat(means, 0), graphNames.means, [channels]);
  graph.output(graph.concat(variances, 0), graphNames.variances, [channels]);
  return encodeModel(graph, { metadata: subnetMetadata(subnet) });
}

/** The layers up to the last BatchNorm: nobody asks for what follows. */
function observedPart(layers: readonly Layer[]): readonly Layer[] {
  return layers.slice(0, layers.findLastIndex((layer) => batchNormsOf([layer]).length > 0) + 1);
}

/** Collects the names of the mean and variance vectors, one pair per BatchNorm. */
function observedConvolution(means: Value[], variances: Value[]): ConvolutionWriter {
  return (graph, input, layer) => {
    const convolved = graph.conv(layer.name, input, layer);
    const norm = layer.batchNorm;
    if (!norm) return convolved;
    const mean = graph.reduceMean(convolved, [0, 2, 3], true); // [1, channels, 1, 1]
    const centred = graph.sub(convolved, mean);
    const variance = graph.reduceMean(graph.mul(centred, centred), [0, 2, 3]); // [channels]
    const meanVector = graph.reshape(mean, [norm.channels]);
    means.push(meanVector);
    variances.push(variance);
    return graph.batchNormalization(norm.key, convolved, {
      scale: graph.constant(`${norm.key}.weight`, [norm.channels], norm.scale),
      shift: graph.constant(`${norm.key}.bias`, [norm.channels], norm.shift),
      mean: meanVector,
      variance,
      epsilon: norm.epsilon,
    });
  };
}
