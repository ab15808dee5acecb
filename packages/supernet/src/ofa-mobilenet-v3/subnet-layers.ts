import {
  type BlockPlan,
  type ElasticMobileNetGenes,
  type ElasticMobileNetSpec,
  planBlocks,
} from "@collm/search-space";
import type { Layer, SubnetLayers } from "../subnet-layers.js";
import { LayerCutter } from "./layer-cutter.js";
import { blockPrefix } from "./tensor-table.js";
import type { ElasticWeights } from "./weights.js";

/**
 * Cuts a subnet: in every stage the first blocks run, and every layer takes the leading channels of
 * the supernet's. Channels were sorted by importance during training, so cutting needs no choice.
 */
export function cutElasticSubnet(
  spec: ElasticMobileNetSpec,
  weights: ElasticWeights,
  genes: ElasticMobileNetGenes,
): SubnetLayers {
  const cutter = new LayerCutter(weights);
  const lastWidth = spec.stages.at(-1)?.width ?? spec.firstBlock;
  return {
    layers: [
      cutter.convolution("first_conv", [spec.stem, 3, 3, 3], { stride: 2, activation: "h-swish" }),
      ...firstBlock(spec, cutter),
      ...planBlocks(spec, genes).flatMap((plan) => searchedBlock(plan, cutter)),
      cutter.convolution("final_expand_layer", [spec.finalExpand, lastWidth, 1, 1], {
        activation: "h-swish",
      }),
      { kind: "global-average-pool" },
      cutter.convolution("feature_mix_layer", [spec.featureMix, spec.finalExpand, 1, 1], {
        activation: "h-swish",
        hasBatchNorm: false,
      }),
      {
        kind: "linear",
        name: "classifier.linear",
        weight: weights.tensor("classifier.linear.weight"),
        weightShape: [spec.classes, spec.featureMix],
        bias: weights.tensor("classifier.linear.bias"),
      },
    ],
  };
}

/** Depthwise 3x3 with ReLU and a projection; no expansion and nothing to search. */
function firstBlock(spec: ElasticMobileNetSpec, cutter: LayerCutter): readonly Layer[] {
  const name = blockPrefix(0);
  const body = [
    cutter.fixedDepthwise(`${name}.depth_conv`, [spec.stem, 1, 3, 3], { activation: "relu" }),
    cutter.convolution(`${name}.point_linear`, [spec.firstBlock, spec.stem, 1, 1]),
  ];
  return withShortcut(name, body, spec.stem === spec.firstBlock);
}

/** Expansion, depthwise convolution, squeeze-and-excitation after its activation, projection. */
function searchedBlock(plan: BlockPlan, cutter: LayerCutter): readonly Layer[] {
  const { block, inChannels, midChannels, outChannels, kernel, squeezeChannels } = plan;
  const { stride, activation } = plan;
  const name = blockPrefix(block + 1);
  const body: Layer[] = [
    cutter.convolution(`${name}.inverted_bottleneck`, [midChannels, inChannels, 1, 1], {
      isElastic: true,
      activation,
    }),
    cutter.depthwise(`${name}.depth_conv`, block, midChannels, kernel, { stride, activation }),
  ];
  if (squeezeChannels !== undefined) {
    body.push(cutter.squeezeExcite(`${name}.depth_conv.se`, midChannels, squeezeChannels));
  }
  body.push(
    cutter.convolution(`${name}.point_linear`, [outChannels, midChannels, 1, 1], {
      isElastic: true,
    }),
  );
  return withShortcut(name, body, plan.hasShortcut);
}

function withShortcut(
  name: string,
  body: readonly Layer[],
  hasShortcut: boolean,
): readonly Layer[] {
  return hasShortcut ? [{ kind: "residual", name, body }] : body;
}
