import { memoryTensorSource } from "@collm/checkpoint/testing";
import { publishedOfaSpec } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { formulaTensors } from "./formula.fixture.js";
import { readGolden } from "./golden.fixture.js";
import { shrinkKernels } from "./kernel-transform.js";
import { loadElasticWeights } from "./weights.js";

/** A matrix with ones on its diagonal. */
function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

describe("shrinkKernels", () => {
  const kernels = Float32Array.from({ length: 2 * 25 }, (_, i) => i);

  it("takes the centre when the matrix is the identity", () => {
    const centre = [6, 7, 8, 11, 12, 13, 16, 17, 18];
    expect([...shrinkKernels(kernels, 5, 3, identity(9))]).toEqual([
      ...centre,
      ...centre.map((tap) => tap + 25),
    ]);
  });

  it("multiplies from the left: a row of the matrix makes one tap", () => {
    const matrix = identity(9);
    matrix[0 * 9 + 8] = 10;
    const [first, ...others] = shrinkKernels(kernels, 5, 3, matrix);
    expect(first).toBe(6 + 10 * 18);
    expect(others[7]).toBe(18);
  });

  it("gives the kernels of the original code", async () => {
    const spec = publishedOfaSpec(1.0);
    const weights = await loadElasticWeights(spec, memoryTensorSource(formulaTensors(spec)));
    for (const { block, ks, channels, values } of readGolden("1.0").kernelChecks) {
      const area = ks * ks;
      const kernels = weights.kernels(block - 1, ks);
      for (const [i, channel] of channels.entries()) {
        const kernel = kernels.subarray(channel * area, (channel + 1) * area);
        const differences = (values[i] ?? []).map((value, tap) => value - (kernel[tap] ?? 0));
        // The original computes in float32, so its last bits differ.
        expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-6);
      }
    }
  });
});
