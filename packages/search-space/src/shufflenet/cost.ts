import type { Cost } from "../cost.js";
import { planShuffleBlocks, type ShuffleBlockPlan, type ShuffleNetGenes } from "./plan.js";
import type { ShuffleNetSpec } from "./spec.js";

/**
 * Exact multiply-accumulates and parameters. The original counts what is counted here, every
 * convolution and the classifier (its hook counter and the table used in training agree), so
 * `officialFlops` and `macs` are equal. BatchNorm, ReLU, pooling, concatenation and the split count
 * nothing. Parameters are those on the supernet's path: convolutions and classifier, both without
 * bias; the supernet's BatchNorm has no scale and shift, unlike that of the network retrained alone.
 */
export function shuffleNetCost(spec: ShuffleNetSpec, genes: ShuffleNetGenes): Cost {
  const total = new ConvolutionCounter();
  let size = spec.resolution;
  size = total.add(3, spec.stem, 3, size, 2);
  for (const block of planShuffleBlocks(spec, genes)) size = addBlock(total, block, size);
  total.add(spec.stages.at(-1)?.channels ?? 0, spec.lastChannels, 1, size);
  total.add(spec.lastChannels, spec.classes, 1, 1);
  const { macs, paramsCount } = total;
  return { macs, officialFlops: macs, paramsCount };
}

/** Sums convolutions without bias. */
class ConvolutionCounter {
  macs = 0;
  paramsCount = 0;

  /** Adds a convolution with padding floor(kernel / 2); gives the side of its output. */
  add(inp: number, out: number, kernel: number, size: number, stride = 1, groups = 1): number {
    const outSize = Math.ceil(size / stride);
    const weights = (inp / groups) * out * kernel * kernel;
    this.macs += weights * outSize * outSize;
    this.paramsCount += weights;
    return outSize;
  }

  depthwise(channels: number, kernel: number, size: number, stride = 1): number {
    return this.add(channels, channels, kernel, size, stride, channels);
  }
}

/** Adds one layer and gives the side of its output. */
function addBlock(total: ConvolutionCounter, block: ShuffleBlockPlan, size: number): number {
  const { kind, kernel, stride, inp, mid, mainOut } = block;
  let outSize: number;
  if (kind === "shuffle") {
    // The first pointwise convolution still runs at the input's size.
    total.add(inp, mid, 1, size);
    outSize = total.depthwise(mid, kernel, size, stride);
  } else {
    outSize = total.depthwise(inp, kernel, size, stride);
    total.add(inp, mid, 1, outSize);
    total.depthwise(mid, kernel, outSize);
    total.add(mid, mid, 1, outSize);
    total.depthwise(mid, kernel, outSize);
  }
  total.add(mid, mainOut, 1, outSize);
  if (stride === 2) {
    total.depthwise(inp, kernel, size, stride);
    total.add(inp, inp, 1, outSize);
  }
  return outSize;
}
