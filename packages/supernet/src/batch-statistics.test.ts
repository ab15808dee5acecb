import { describe, expect, it } from "vitest";
import { averageStatistics, runningStatistics, statisticsToJson } from "./batch-statistics.js";
import type { ConvolutionLayer, SubnetLayers } from "./subnet-layers.js";

function convolution(key: string, channels: number): ConvolutionLayer {
  const ones = new Float32Array(channels).fill(1);
  return {
    kind: "convolution",
    name: key,
    weight: ones,
    weightShape: [channels, 1, 1, 1],
    stride: 1,
    groups: channels,
    activation: "none",
    batchNorm: {
      key,
      channels,
      scale: ones,
      shift: ones,
      runningMean: ones,
      runningVariance: Float32Array.from(ones, (one) => 2 * one),
      epsilon: 1e-5,
    },
  };
}

const subnet: SubnetLayers = {
  layers: [
    convolution("a", 1),
    { kind: "residual", name: "r", body: [convolution("b", 2)] },
    { kind: "global-average-pool" },
  ],
};

describe("averageStatistics", () => {
  it("weights batches by their size and adds nothing for the spread of their means", () => {
    const statistics = averageStatistics(subnet, [
      { imagesCount: 3, means: [0, 1, 2], variances: [1, 1, 1] },
      { imagesCount: 1, means: [4, 5, 6], variances: [5, 5, 9] },
    ]);
    expect(statisticsToJson(statistics)).toEqual({
      a: { mean: [1], variance: [2] },
      b: { mean: [2, 3], variance: [2, 3] },
    });
  });

  it("refuses no images and another number of channels", () => {
    expect(() => averageStatistics(subnet, [])).toThrow("no images");
    const short = { imagesCount: 1, means: [1, 2], variances: [1, 2, 3] };
    expect(() => averageStatistics(subnet, [short])).toThrow(
      "got 2 means and 3 variances, expected 3 of each",
    );
  });
});

describe("runningStatistics", () => {
  it("gives the checkpoint's own", () => {
    expect(statisticsToJson(runningStatistics(subnet))).toEqual({
      a: { mean: [1], variance: [2] },
      b: { mean: [1, 1], variance: [2, 2] },
    });
  });
});
