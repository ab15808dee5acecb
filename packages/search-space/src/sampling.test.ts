import { describe, expect, it } from "vitest";
import { isFeasible } from "./cost.js";
import { createSearchSpace } from "./create.js";
import { publishedOfaSpec } from "./elastic-mobilenet/published.js";
import { createRng } from "./rng.js";
import { sampleUniform, sampleWithin, shrinkWithin } from "./sampling.js";
import { tinySpec } from "./testing/tiny-spec.js";

const space = createSearchSpace(tinySpec);
const cheapest = space.cost(space.cheapest("macs"));

describe("sampleWithin", () => {
  it("finds an architecture within the limits that is wanted", () => {
    const rng = createRng(1);
    const limits = { maxMacs: 3 * cheapest.macs, maxParams: 2 * cheapest.paramsCount };
    for (let i = 0; i < 50; i++) {
      const sample = sampleWithin(space, limits, () => sampleUniform(space, rng), {
        accept: ({ canonical }) => canonical.startsWith("r12"),
      });
      expect(sample.kind).toBe("found");
      if (sample.kind !== "found") continue;
      expect(isFeasible(space.cost(sample.architecture), limits)).toBe(true);
      expect(sample.architecture.canonical).toMatch(/^r12/u);
    }
  });

  it("gives up after the attempts it may make", () => {
    const rng = createRng(1);
    let drawn = 0;
    const draw = () => {
      drawn++;
      return sampleUniform(space, rng);
    };
    const limits = { maxMacs: cheapest.macs - 1 };
    expect(sampleWithin(space, limits, draw, { maxAttempts: 25 })).toEqual({
      kind: "exhausted",
      attempts: 25,
    });
    expect(drawn).toBe(25);
    expect(sampleWithin(space, {}, draw, { maxAttempts: 5, accept: () => false })).toEqual({
      kind: "exhausted",
      attempts: 5,
    });
  });
});

describe("shrinkWithin", () => {
  it("finds many networks under a limit that rejection sampling does not meet", () => {
    const ofa = createSearchSpace(publishedOfaSpec(1.0));
    const limits = { maxFlops: 70_000_000 };
    const rng = createRng(2);
    expect(sampleWithin(ofa, limits, () => sampleUniform(ofa, rng)).kind).toBe("exhausted");
    const found = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const shrunk = shrinkWithin(ofa, sampleUniform(ofa, rng), limits, rng);
      expect(shrunk && isFeasible(ofa.cost(shrunk), limits)).toBe(true);
      if (shrunk) found.add(shrunk.canonical);
    }
    expect(found.size).toBeGreaterThan(25);
  });

  it("leaves what is within the limits as it is", () => {
    const architecture = sampleUniform(space, createRng(3));
    expect(shrinkWithin(space, architecture, {}, createRng(4))).toBe(architecture);
  });
});
