import { join } from "node:path";
import { readNpy } from "@collm/checkpoint";
import { openNetwork } from "@collm/evaluation";
import { graphNames } from "@collm/supernet";
import { type Inputs, inputBatch } from "./inputs.js";
import type { TorchChoice } from "./torch/choose-torch.js";

/**
 * Float32 rounding through some thirty layers, relative to the largest logit; larger differences
 * mean another network.
 */
const tolerance = 2e-4;

const imagesCompared = 4;

/**
 * Largest difference between our logits and PyTorch's, relative to the largest logit, in the order
 * of `choices`. Throws when eager or frozen PyTorch is not the same network, since speeds would mean
 * nothing then; `optimized` is known to be wrong at times.
 */
export async function compareLogits(
  model: Uint8Array,
  inputs: Inputs,
  choices: readonly TorchChoice[],
  folder: string,
): Promise<readonly number[]> {
  const ours = await firstLogits(model, inputs);
  const scale = ours.reduce((max, logit) => Math.max(max, Math.abs(logit)), 0);
  const differences: number[] = [];
  for (const { kind, group, network } of choices) {
    const path = join(folder, "logits.npy");
    await group.writeLogits(network, imagesCompared, path);
    const { data } = await readNpy(path);
    if (data.length !== ours.length) {
      throw new Error(`logits: got ${data.length} from PyTorch and ${ours.length} from us`);
    }
    const difference = data.reduce(
      (max, logit, i) => Math.max(max, Math.abs(logit - (ours[i] as number)) / scale),
      0,
    );
    if (kind !== "optimize_for_inference" && !isSameNetwork(difference)) {
      throw new Error(
        `logits differ from PyTorch's (${network}) by ${difference}, allowed is ${tolerance} of the largest`,
      );
    }
    differences.push(difference);
  }
  return differences;
}

export function isSameNetwork(relativeDifference: number): boolean {
  return relativeDifference <= tolerance;
}

async function firstLogits(model: Uint8Array, inputs: Inputs): Promise<Float32Array> {
  const network = await openNetwork(model, { executionProvider: "cpu", threads: 1 });
  try {
    const batch = inputBatch(inputs, 0, imagesCompared);
    return (await network.run(batch, [graphNames.logits])).logits;
  } finally {
    await network.release();
  }
}
