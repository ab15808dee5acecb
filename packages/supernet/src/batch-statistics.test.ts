import { describe, expect, it } from "vitest";
import { combineStatistics, runningStatistics, statisticsToJson } from "./batch-statistics.js";
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

const batches = [
  { imagesCount: 3, side: 1, means: [0, 1, 2], variances: [1, 1, 1] },
  { imagesCount: 1, side: 2, means: [4, 5, 6], variances: [6, 6, 9] },
];

describe("combineStatistics", () => {
  it("weights batches by their size and adds nothing for the spread of their means", () => {
    const statistics = combineStatistics(subnet, batches, "weighted-mean");
    expect(statisticsToJson(statistics)).toEqual({
      a: { mean: [1], variance: [2.25] },
      b: { mean: [2, 3], variance: [2.25, 3] },
    });
  });

  it("averages batches alike and corrects variances by the number of values", () => {
    // 3 values in the first batch and 4 in the second: factors 3 / 2 and 4 / 3.
    expect(statisticsToJson(combineStatistics(subnet, batches, "cumulative"))).toEqual({
      a: { mean: [2], variance: [4.75] },
      b: { mean: [3, 4], variance: [4.75, 6.75] },
    });
  });

  it("runs an average from mean 0 and variance 1 as PyTorch does", () => {
    const [first] = batches;
    const { a } = statisticsToJson(
      combineStatistics(subnet, first ? [first, first] : [], "exponential"),
    );
    expect(a?.mean).toEqual([0]);
    expect(a?.variance[0]).toBeCloseTo(0.9 ** 2 + (1 - 0.9 ** 2) * 1.5, 12);
  });

  it("refuses no images and another number of channels", () => {
    expect(() => combineStatistics(subnet, [], "cumulative")).toThrow("no images");
    const short = { imagesCount: 1, side: 1, means: [1, 2], variances: [1, 2, 3] };
    expect(() => combineStatistics(subnet, [short], "cumulative")).toThrow(
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
