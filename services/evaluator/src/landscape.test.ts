import { createRng, createSearchSpace, publishedOfaSpec, sampleUniform } from "@collm/search-space";
import { describe, expect, test } from "vitest";
import { createLandscape } from "./landscape.js";

const space = createSearchSpace(publishedOfaSpec(1.0));
const sample = Array.from({ length: 300 }, (_, i) => sampleUniform(space, createRng("sample", i)));

describe("createLandscape", () => {
  test("gives the same accuracy for the same seed and architecture, and others for other seeds", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => createLandscape(seed, space));
    const accuracies = (landscape = a) =>
      sample.map((x) => landscape?.top1Percent(x, "validation"));
    expect(accuracies(b)).toEqual(accuracies(a));
    expect(accuracies(c)).not.toEqual(accuracies(a));
  });

  test("rewards size, but leaves room for other choices", () => {
    const landscape = createLandscape(1, space);
    const points = sample.map((architecture) => ({
      size: Math.log(space.cost(architecture).macs),
      top1: landscape.top1Percent(architecture, "validation"),
    }));
    const correlation = pearson(
      points.map(({ size }) => size),
      points.map(({ top1 }) => top1),
    );
    expect(correlation).toBeGreaterThan(0.4);
    expect(correlation).toBeLessThan(0.95);
  });

  test("is additive enough that single genes can be judged", () => {
    const landscape = createLandscape(1, space);
    // The same change of one gene moves two different architectures alike.
    const gene = 1 + 5;
    const moves = sample.slice(0, 40).map((architecture) => {
      const variant = (choice: number): number => {
        const choices = architecture.choices.map((old, i) => (i === gene ? choice : old));
        return landscape.top1Percent(space.canonicalise(choices), "validation");
      };
      return variant(2) - variant(0);
    });
    const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
    for (const move of moves) expect(Math.abs(move - mean)).toBeLessThan(1.5);
  });

  test("differs a little between the splits", () => {
    const landscape = createLandscape(1, space);
    const gaps = sample.map((architecture) =>
      Math.abs(
        landscape.top1Percent(architecture, "validation") -
          landscape.top1Percent(architecture, "test"),
      ),
    );
    expect(Math.max(...gaps)).toBeGreaterThan(0.1);
    expect(Math.max(...gaps)).toBeLessThan(0.6);
  });
});

function pearson(xs: readonly number[], ys: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const sum = (f: (x: number, y: number) => number): number =>
    xs.reduce((total, x, i) => total + f(x - mx, (ys[i] as number) - my), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}
