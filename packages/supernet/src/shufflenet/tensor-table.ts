import {
  planShuffleBlocks,
  type ShuffleBlockPlan,
  type ShuffleNetSpec,
  shuffleBlocks,
} from "@collm/search-space";
import type { TensorTable } from "../match-tensors.js";
import { branchSteps, type Step } from "./branch-steps.js";

/**
 * The tensors of a single-path one-shot supernet, in the order of its `state_dict`: in every layer
 * the blocks of all four choices. BatchNorm has no scale and shift; counters are not listed.
 */
export function shuffleNetTensorTable(spec: ShuffleNetSpec): TensorTable {
  const table = new Map<string, readonly number[]>();
  const convolution = (name: string, position: number, step: Step): void => {
    table.set(`${name}.${position}.weight`, step.weightShape);
    table.set(`${name}.${position + 1}.running_mean`, [step.weightShape[0]]);
    table.set(`${name}.${position + 1}.running_var`, [step.weightShape[0]]);
  };

  table.set("first_conv.0.weight", [spec.stem, 3, 3, 3]);
  table.set("first_conv.1.running_mean", [spec.stem]);
  table.set("first_conv.1.running_var", [spec.stem]);
  for (const block of allBlocks(spec)) {
    const steps = branchSteps(block);
    for (const branch of ["main", "proj"] as const) {
      for (const step of steps[branch]) {
        convolution(
          `features.${block.layer}.${block.choice}.branch_${branch}`,
          step.position,
          step,
        );
      }
    }
  }
  const lastChannels = spec.stages.at(-1)?.channels ?? spec.stem;
  table.set("conv_last.0.weight", [spec.lastChannels, lastChannels, 1, 1]);
  table.set("conv_last.1.running_mean", [spec.lastChannels]);
  table.set("conv_last.1.running_var", [spec.lastChannels]);
  table.set("classifier.0.weight", [spec.classes, spec.lastChannels]);
  return table;
}

/** Layer after layer, each with its four choices. */
function allBlocks(spec: ShuffleNetSpec): readonly ShuffleBlockPlan[] {
  const layers = spec.stages.reduce((sum, { repeats }) => sum + repeats, 0);
  const plans = shuffleBlocks.map((_, choice) =>
    planShuffleBlocks(spec, { blocks: new Array<number>(layers).fill(choice) }),
  );
  return Array.from({ length: layers }, (_, layer) =>
    plans.flatMap((plan) => plan[layer] ?? []),
  ).flat();
}
