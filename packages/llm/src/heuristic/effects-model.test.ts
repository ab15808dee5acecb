import { createRng, createSearchSpace, sampleUniform } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { fitEffects, type Observation } from "./effects-model.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: 400_000 };
const kernelOf0 = space.genes.findIndex((gene) => gene.name === "ks[0]");

/** Accuracy follows MACs, and kernel 5 in the first block is worth two points. */
function observe(count: number, offset = 0): Observation[] {
  const rng = createRng("effects-model", count);
  return Array.from({ length: count }, () => {
    const architecture = sampleUniform(space, rng);
    const cost = space.cost(architecture);
    const bonus = architecture.choices[kernelOf0] === 1 ? 2 : 0;
    const noise = 0.4 * (rng.next() - 0.5);
    return {
      architecture,
      cost,
      top1Percent: 70 + offset + 4 * Math.log(cost.macs / 400_000) + bonus + noise,
    };
  });
}

describe("fitEffects", () => {
  it("knows nothing without observations", () => {
    const model = fitEffects(space, limits, []);
    expect(model.effects.flat().every((effect) => effect.mean === 0 && effect.sd > 0)).toBe(true);
  });

  it("finds the choice that helps at equal cost, and the worth of cost", () => {
    const model = fitEffects(space, limits, observe(60));
    const kernels = model.effects[kernelOf0] ?? [];
    expect((kernels[1]?.mean ?? 0) - (kernels[0]?.mean ?? 0)).toBeGreaterThan(1);
    expect((kernels[1]?.mean ?? 0) - (kernels[2]?.mean ?? 0)).toBeGreaterThan(1);
    expect(model.costEffect?.mean).toBeGreaterThan(0);
  });

  it("predicts networks that it has not seen", () => {
    const model = fitEffects(space, limits, observe(80));
    const errors = observe(81).map(
      ({ architecture, cost, top1Percent }) => model.predict(architecture, cost) - top1Percent,
    );
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(rms).toBeLessThan(0.6);
  });

  it("is less sure of what it has seen less", () => {
    const typical = (count: number): number => {
      const sds = fitEffects(space, limits, observe(count))
        .effects.flat()
        .map(({ sd }) => sd);
      return sds.reduce((sum, sd) => sum + sd, 0) / sds.length;
    };
    expect(typical(80)).toBeLessThan(typical(10));
  });

  it("does not depend on the level of the accuracies", () => {
    const low = fitEffects(space, limits, observe(30, -40));
    const high = fitEffects(space, limits, observe(30));
    low.effects.flat().forEach((effect, i) => {
      expect(effect.mean).toBeCloseTo(high.effects.flat()[i]?.mean ?? Number.NaN, 6);
    });
  });

  it("is not led astray by networks that have learned nothing", () => {
    const observations = observe(60).map((observation, i) =>
      i % 6 === 0 ? { ...observation, top1Percent: 10 } : observation,
    );
    const model = fitEffects(space, limits, observations);
    const errors = observe(81).map(
      ({ architecture, cost, top1Percent }) => model.predict(architecture, cost) - top1Percent,
    );
    const typical = errors.map(Math.abs).toSorted((x, y) => x - y)[40];
    expect(typical).toBeLessThan(2);
  });

  it("survives equal and repeated observations", () => {
    const [first] = observe(1);
    if (!first) throw new RangeError("no observation");
    const model = fitEffects(space, limits, [first, first, first]);
    expect(model.predict(first.architecture, first.cost)).toBeCloseTo(first.top1Percent, 3);
  });
});
