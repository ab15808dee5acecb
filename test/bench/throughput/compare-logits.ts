import { join } from "node:path";
import { readNpy } from "@collm/checkpoint";
import { openNetwork } from "@collm/evaluation";
import { graphNames } from "@collm/supernet";
import type { Inputs } from "./inputs.js";
import type { TorchPeer, TorchVariant } from "./torch-peer.js";

/** Float32 rounding through some thirty layers; larger differences mean another network. */
const tolerance = 1e-3;

/** Largest difference between our logits and those of each PyTorch variant. */
export type LogitDifferences = Readonly<Record<TorchVariant, number>>;

/**
 * Compares logits of the first batch. Throws when eager or frozen PyTorch is not the same network,
 * since speeds would mean nothing then; `optimized` is known to be wrong at times.
 */
export async function compareLogits(
  model: Uint8Array,
  inputs: Inputs,
  batchSize: number,
  peer: TorchPeer,
  folder: string,
): Promise<LogitDifferences> {
  const ours = await firstLogits(model, inputs, batchSize);
  const differenceOf = async (variant: TorchVariant): Promise<number> => {
    const path = join(folder, `${variant}.npy`);
    await peer.writeLogits(variant, path);
    const { data } = await readNpy(path);
    if (data.length !== ours.length) {
      throw new Error(`logits: got ${data.length} from PyTorch and ${ours.length} from us`);
    }
    return data.reduce((max, logit, i) => Math.max(max, Math.abs(logit - (ours[i] as number))), 0);
  };
  const differences = {
    eager: await differenceOf("eager"),
    frozen: await differenceOf("frozen"),
    optimized: await differenceOf("optimized"),
  };
  const largest = Math.max(differences.eager, differences.frozen);
  if (!isSameNetwork(largest)) {
    throw new Error(`logits differ from PyTorch's by ${largest}, allowed is ${tolerance}`);
  }
  return differences;
}

export function isSameNetwork(largestDifference: number): boolean {
  return largestDifference <= tolerance;
}

async function firstLogits(
  model: Uint8Array,
  inputs: Inputs,
  batchSize: number,
): Promise<Float32Array> {
  const network = await openNetwork(model, { executionProvider: "cpu", threads: 1 });
  try {
    const length = inputs.elements.length / inputs.count;
    const { logits } = await network.run(
      {
        imagesCount: batchSize,
        input: inputs.elements.subarray(0, batchSize * length),
        shape: [batchSize, ...inputs.shape],
      },
      [graphNames.logits],
    );
    return logits;
  } finally {
    await network.release();
  }
}
