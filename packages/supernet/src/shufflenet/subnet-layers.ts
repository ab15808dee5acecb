import {
  planShuffleBlocks,
  type ShuffleBlockPlan,
  type ShuffleNetGenes,
  type ShuffleNetSpec,
} from "@collm/search-space";
import type { SupernetTensors } from "../match-tensors.js";
import type { BatchNorm, ConvolutionLayer, Layer, SubnetLayers } from "../subnet-layers.js";
import { branchSteps, type Step } from "./branch-steps.js";

/** PyTorch's default. */
const batchNormEpsilon = 1e-5;

/**
 * Takes the chosen block of every layer; nothing is sliced. The original pools with a fixed window
 * of 7, which at 224 pixels is the whole map; here the mean is global, so that other sizes work too.
 */
export function cutShuffleNet(
  spec: ShuffleNetSpec,
  tensors: SupernetTensors,
  genes: ShuffleNetGenes,
): SubnetLayers {
  const lastChannels = spec.stages.at(-1)?.channels ?? spec.stem;
  return {
    layers: [
      convolution(tensors, "first_conv", {
        position: 0,
        weightShape: [spec.stem, 3, 3, 3],
        stride: 2,
        groups: 1,
        hasRelu: true,
      }),
      ...planShuffleBlocks(spec, genes).map((plan) => block(tensors, plan)),
      convolution(tensors, "conv_last", {
        position: 0,
        weightShape: [spec.lastChannels, lastChannels, 1, 1],
        stride: 1,
        groups: 1,
        hasRelu: true,
      }),
      { kind: "global-average-pool" },
      {
        kind: "linear",
        name: "classifier.0",
        weight: tensors.tensor("classifier.0.weight"),
        weightShape: [spec.classes, spec.lastChannels],
      },
    ],
  };
}

/**
 * At stride 2 both branches see everything. At stride 1 even channels pass and odd ones go through
 * the main branch: taking channels by parity is ShuffleNet's shuffle.
 */
function block(tensors: SupernetTensors, plan: ShuffleBlockPlan): Layer {
  const name = `features.${plan.layer}.${plan.choice}`;
  const steps = branchSteps(plan);
  const main = steps.main.map((step) => convolution(tensors, `${name}.branch_main`, step));
  const proj = steps.proj.map((step) => convolution(tensors, `${name}.branch_proj`, step));
  return {
    kind: "branches",
    name,
    split: plan.stride === 2 ? "copy" : "parity",
    branches: [proj, main],
  };
}

function convolution(tensors: SupernetTensors, name: string, step: Step): ConvolutionLayer {
  const { position, weightShape, stride, groups, hasRelu } = step;
  return {
    kind: "convolution",
    name: `${name}.${position}`,
    weight: tensors.tensor(`${name}.${position}.weight`),
    weightShape,
    stride,
    groups,
    activation: hasRelu ? "relu" : "none",
    batchNorm: batchNorm(tensors, `${name}.${position + 1}`, weightShape[0]),
  };
}

/** The supernet's BatchNorms neither scale nor shift; the network retrained alone has both. */
function batchNorm(tensors: SupernetTensors, name: string, channels: number): BatchNorm {
  const meanInFile = tensors.nameInFile(`${name}.running_mean`);
  return {
    key: meanInFile.slice(0, -".running_mean".length),
    channels,
    scale: new Float32Array(channels).fill(1),
    shift: new Float32Array(channels),
    runningMean: tensors.tensor(`${name}.running_mean`),
    runningVariance: tensors.tensor(`${name}.running_var`),
    epsilon: batchNormEpsilon,
  };
}
