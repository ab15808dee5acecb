import { blockCount, type ElasticMobileNetSpec, planBlocks } from "@collm/search-space";
import type { TensorTable } from "../match-tensors.js";

/**
 * The tensors that a supernet of this shape has, with their shapes; every block at its largest
 * kernel and expansion. Not listed: `num_batches_tracked` of each BatchNorm, which files may have or
 * leave out, since nothing reads it.
 */
export function tensorTable(spec: ElasticMobileNetSpec): TensorTable {
  const table = new Map<string, readonly number[]>();
  const batchNorm = (name: string, channels: number): void => {
    for (const part of ["weight", "bias", "running_mean", "running_var"]) {
      table.set(`${name}.${part}`, [channels]);
    }
  };

  table.set("first_conv.conv.weight", [spec.stem, 3, 3, 3]);
  batchNorm("first_conv.bn", spec.stem);
  const first = blockPrefix(0);
  table.set(`${first}.depth_conv.conv.weight`, [spec.stem, 1, 3, 3]);
  batchNorm(`${first}.depth_conv.bn`, spec.stem);
  table.set(`${first}.point_linear.conv.weight`, [spec.firstBlock, spec.stem, 1, 1]);
  batchNorm(`${first}.point_linear.bn`, spec.firstBlock);

  for (const block of largestBlocks(spec)) {
    const { inChannels, midChannels, outChannels, kernel, squeezeChannels } = block;
    const prefix = blockPrefix(block.block + 1);
    table.set(`${prefix}.inverted_bottleneck.conv.conv.weight`, [midChannels, inChannels, 1, 1]);
    batchNorm(`${prefix}.inverted_bottleneck.bn.bn`, midChannels);
    for (const { name, area } of kernelMatrices(spec)) {
      table.set(`${prefix}.depth_conv.conv.${name}`, [area, area]);
    }
    table.set(`${prefix}.depth_conv.conv.conv.weight`, [midChannels, 1, kernel, kernel]);
    batchNorm(`${prefix}.depth_conv.bn.bn`, midChannels);
    if (squeezeChannels !== undefined) {
      const squeeze = `${prefix}.depth_conv.se.fc`;
      table.set(`${squeeze}.reduce.weight`, [squeezeChannels, midChannels, 1, 1]);
      table.set(`${squeeze}.reduce.bias`, [squeezeChannels]);
      table.set(`${squeeze}.expand.weight`, [midChannels, squeezeChannels, 1, 1]);
      table.set(`${squeeze}.expand.bias`, [midChannels]);
    }
    table.set(`${prefix}.point_linear.conv.conv.weight`, [outChannels, midChannels, 1, 1]);
    batchNorm(`${prefix}.point_linear.bn.bn`, outChannels);
  }

  const lastWidth = spec.stages.at(-1)?.width ?? spec.firstBlock;
  table.set("final_expand_layer.conv.weight", [spec.finalExpand, lastWidth, 1, 1]);
  batchNorm("final_expand_layer.bn", spec.finalExpand);
  table.set("feature_mix_layer.conv.weight", [spec.featureMix, spec.finalExpand, 1, 1]);
  table.set("classifier.linear.weight", [spec.classes, spec.featureMix]);
  table.set("classifier.linear.bias", [spec.classes]);
  return table;
}

/** `blocks.0` is the fixed first block, so searchable block b of the genotype is `blocks.(b + 1)`. */
export function blockPrefix(index: number): string {
  return `blocks.${index}.mobile_inverted_conv`;
}

/** The official spelling of a name; today's code of once-for-all writes `blocks.N.conv.` instead. */
export function officialName(name: string): string {
  return name.replace(/^blocks\.(\d+)\.conv\./, "blocks.$1.mobile_inverted_conv.");
}

/** One step from a kernel size to the next smaller, e.g. 7 to 5. */
export interface KernelMatrix {
  readonly from: number;
  readonly to: number;
  /** `7to5_matrix` */
  readonly name: string;
  /** Taps of the smaller kernel; the matrix is `[area, area]`. */
  readonly area: number;
}

/** The steps in the order of the official files: smallest first. */
export function kernelMatrices(spec: ElasticMobileNetSpec): readonly KernelMatrix[] {
  return spec.kernels.slice(1).map((from, i) => {
    const to = spec.kernels[i] as number;
    return { from, to, name: `${from}to${to}_matrix`, area: to * to };
  });
}

/** All blocks at full depth with the largest choices: the supernet's own shapes. */
function largestBlocks(spec: ElasticMobileNetSpec): ReturnType<typeof planBlocks> {
  const largest = (choices: readonly number[]): number => choices.at(-1) as number;
  return planBlocks(spec, {
    resolution: largest(spec.resolutions),
    depths: spec.stages.map(() => largest(spec.depths)),
    kernels: Array.from({ length: blockCount(spec) }, () => largest(spec.kernels)),
    expansions: Array.from({ length: blockCount(spec) }, () => largest(spec.expansions)),
  });
}
