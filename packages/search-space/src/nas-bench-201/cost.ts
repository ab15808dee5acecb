import type { Cost } from "../cost.js";
import { operatorOf } from "./cell.js";
import type { NasBench201Spec } from "./spec.js";

/** Channels of the three stages, and cells in each. */
const stages = [16, 32, 64] as const;
const cellsPerStage = 5;

/**
 * `officialFlops` is the benchmark's `flop` (which it prints in millions): convolutions and the
 * classifier with its bias. Every edge counts, also one that leads nowhere, since the network runs
 * it. `macs` leaves the bias out. `paramsCount` is the benchmark's `params`: weights, BatchNorm's
 * scale and shift, bias.
 */
export function nasBench201Cost(spec: NasBench201Spec, choices: readonly number[]): Cost {
  const { classes, resolution } = spec;
  const [first, , last] = stages;
  let macs = 9 * 3 * first * resolution ** 2;
  let paramsCount = 9 * 3 * first + 2 * first;
  stages.forEach((channels, stage) => {
    const side = resolution / 2 ** stage;
    const before = stages[stage - 1];
    if (before !== undefined) {
      // The residual block that halves the maps: two 3x3 convolutions, and a 1x1 beside them.
      const weights = 9 * before * channels + 9 * channels ** 2 + before * channels;
      macs += weights * side ** 2;
      paramsCount += weights + 2 * channels + 2 * channels;
    }
    for (const choice of choices) {
      const weights = kernelArea(choice) * channels ** 2;
      macs += cellsPerStage * weights * side ** 2;
      paramsCount += cellsPerStage * (weights === 0 ? 0 : weights + 2 * channels);
    }
  });
  const classifier = last * classes;
  return {
    macs: macs + classifier,
    officialFlops: macs + classifier + classes,
    // The last BatchNorm stands before the global pooling.
    paramsCount: paramsCount + 2 * last + classifier + classes,
  };
}

function kernelArea(choice: number): number {
  switch (operatorOf(choice)) {
    case "nor_conv_1x1":
      return 1;
    case "nor_conv_3x3":
      return 9;
    default:
      return 0;
  }
}
