import type { Cost } from "../cost.js";
import { type ElasticMobileNetGenes, planBlocks } from "./plan.js";
import type { ElasticMobileNetSpec } from "./spec.js";

/**
 * Exact multiply-accumulates and parameters, counted like once-for-all's `count_net_flops`:
 * every convolution (squeeze-and-excitation included) and the classifier; biases, BatchNorm,
 * activations, pooling and shortcuts count nothing. Parameters are the extracted subnet's:
 * no running statistics and no kernel transformation matrices.
 */
export function elasticMobileNetCost(
  spec: ElasticMobileNetSpec,
  genes: ElasticMobileNetGenes,
): Cost {
  let macs = 0;
  let paramsCount = 0;
  /** A convolution with BatchNorm (scale and shift per output channel). */
  const conv = (
    inChannels: number,
    outChannels: number,
    kernel: number,
    size: number,
    groups = 1,
    hasBatchNorm = true,
  ): void => {
    const weights = (inChannels / groups) * outChannels * kernel * kernel;
    macs += weights * size * size;
    paramsCount += weights + (hasBatchNorm ? 2 * outChannels : 0);
  };

  let size = Math.ceil(genes.resolution / 2);
  conv(3, spec.stem, 3, size);
  conv(spec.stem, spec.stem, 3, size, spec.stem);
  conv(spec.stem, spec.firstBlock, 1, size);

  let lastChannels = spec.firstBlock;
  for (const block of planBlocks(spec, genes)) {
    const { inChannels, midChannels, outChannels, kernel, squeezeChannels } = block;
    conv(inChannels, midChannels, 1, size);
    size = Math.ceil(size / block.stride);
    conv(midChannels, midChannels, kernel, size, midChannels);
    if (squeezeChannels !== undefined) {
      conv(midChannels, squeezeChannels, 1, 1, 1, false);
      conv(squeezeChannels, midChannels, 1, 1, 1, false);
      paramsCount += squeezeChannels + midChannels;
    }
    conv(midChannels, outChannels, 1, size);
    lastChannels = outChannels;
  }

  conv(lastChannels, spec.finalExpand, 1, size);
  conv(spec.finalExpand, spec.featureMix, 1, 1, 1, false);
  conv(spec.featureMix, spec.classes, 1, 1, 1, false);
  paramsCount += spec.classes;
  return { macs, officialFlops: macs, paramsCount };
}
