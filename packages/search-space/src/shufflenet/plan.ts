import type { ShuffleNetSpec } from "./spec.js";

/**
 * The four blocks a layer may be, in the original's order: their positions are the values of the
 * notation and the choice numbers of the tensor names `features.<layer>.<choice>`.
 */
export const shuffleBlocks = [
  { kind: "shuffle", kernel: 3 },
  { kind: "shuffle", kernel: 5 },
  { kind: "shuffle", kernel: 7 },
  { kind: "xception", kernel: 3 },
] as const;

/** The block of every layer, 0 to 3 as in {@link shuffleBlocks}. */
export interface ShuffleNetGenes {
  readonly blocks: readonly number[];
}

/**
 * One layer of a subnet, with everything its convolutions need. `branch_main` turns `inp` channels
 * into `mainOut`; the layer's output is `branch_proj` (stride 2) or the untouched half (stride 1)
 * before that, so its channels are `inp + mainOut` in both cases.
 */
export interface ShuffleBlockPlan {
  readonly layer: number;
  /** Position in {@link shuffleBlocks}. */
  readonly choice: number;
  readonly kind: "shuffle" | "xception";
  /** Side of the depthwise kernels, those of `branch_proj` included. */
  readonly kernel: 3 | 5 | 7;
  /** 2 in the first layer of each stage, which then has a `branch_proj`. */
  readonly stride: 1 | 2;
  /** Channels that enter `branch_main`: all at stride 2, the odd ones at stride 1. */
  readonly inp: number;
  /** Middle channels, always half the layer's output. */
  readonly mid: number;
  /** Channels that leave `branch_main`. */
  readonly mainOut: number;
}

/** The layers in order. */
export function planShuffleBlocks(
  spec: ShuffleNetSpec,
  genes: ShuffleNetGenes,
): readonly ShuffleBlockPlan[] {
  const plan: ShuffleBlockPlan[] = [];
  let inChannels = spec.stem;
  for (const { repeats, channels } of spec.stages) {
    for (let position = 0; position < repeats; position++) {
      const layer = plan.length;
      const choice = genes.blocks[layer];
      const block = choice === undefined ? undefined : shuffleBlocks[choice];
      if (choice === undefined || !block) {
        throw new RangeError(`block of layer ${layer} is ${choice}, allowed is 0 to 3`);
      }
      const stride = position === 0 ? 2 : 1;
      const inp = stride === 2 ? inChannels : inChannels / 2;
      plan.push({
        layer,
        choice,
        ...block,
        stride,
        inp,
        mid: channels / 2,
        mainOut: channels - inp,
      });
      inChannels = channels;
    }
  }
  return plan;
}
