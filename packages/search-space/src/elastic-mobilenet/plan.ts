import { type ElasticMobileNetSpec, maxDepth, roundChannels } from "./spec.js";

/** Values of one network; `kernels` and `expansions` have one entry per block, running or not. */
export interface ElasticMobileNetGenes {
  readonly resolution: number;
  /** Blocks that run, per stage. */
  readonly depths: readonly number[];
  readonly kernels: readonly number[];
  readonly expansions: readonly number[];
}

/** One running inverted-residual block of a subnet, with everything its layers need. */
export interface BlockPlan {
  /** Position in the genotype, counted over all blocks, running or not. */
  readonly block: number;
  readonly inChannels: number;
  readonly midChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: "relu" | "h-swish";
  /** Channels of the squeeze, absent where the stage has no squeeze-and-excitation. */
  readonly squeezeChannels?: number;
  readonly hasShortcut: boolean;
}

/** The running blocks in order (spec section 3 of the once-for-all network). */
export function planBlocks(
  spec: ElasticMobileNetSpec,
  genes: ElasticMobileNetGenes,
): readonly BlockPlan[] {
  const plan: BlockPlan[] = [];
  let inChannels = spec.firstBlock;
  spec.stages.forEach((stage, stageIndex) => {
    const depth = genes.depths[stageIndex] as number;
    for (let position = 0; position < depth; position++) {
      const block = stageIndex * maxDepth(spec) + position;
      const stride = position === 0 ? stage.stride : 1;
      const midChannels = roundChannels(inChannels * (genes.expansions[block] as number));
      plan.push({
        block,
        inChannels,
        midChannels,
        outChannels: stage.width,
        kernel: genes.kernels[block] as number,
        stride,
        activation: stage.activation,
        ...(stage.squeezeExcite
          ? { squeezeChannels: roundChannels(Math.floor(midChannels / 4)) }
          : {}),
        // The original gives a stage's first block no shortcut by position; by shape it is the
        // same rule, since widths change there in every published network.
        hasShortcut: stride === 1 && inChannels === stage.width,
      });
      inChannels = stage.width;
    }
  });
  return plan;
}
