import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { expect, test } from "vitest";
import { extreme, medianMacs, sampleDistinct, typical } from "./architectures.js";

const space = createSearchSpace(tinySpec);
const macsOf = (architecture: ReturnType<typeof typical>): number => space.cost(architecture).macs;

test("samples are distinct, within the limit and the same for the same seed", () => {
  const limit = medianMacs(space, 200, 0);
  const sample = sampleDistinct(space, 20, 1, { maxMacs: limit });
  expect(new Set(sample.map(({ canonical }) => canonical)).size).toBe(20);
  expect(Math.max(...sample.map(macsOf))).toBeLessThanOrEqual(limit);
  expect(sampleDistinct(space, 20, 1, { maxMacs: limit })).toEqual(sample);
});

test("typical lies near the median, the extremes at the ends", () => {
  const median = medianMacs(space, 200, 0);
  expect(Math.abs(macsOf(typical(space, 200, 0)) / median - 1)).toBeLessThan(0.05);
  const smallest = macsOf(extreme(space, "smallest"));
  const largest = macsOf(extreme(space, "largest"));
  for (const architecture of sampleDistinct(space, 50, 2)) {
    expect(macsOf(architecture)).toBeGreaterThanOrEqual(smallest);
    expect(macsOf(architecture)).toBeLessThanOrEqual(largest);
  }
});
