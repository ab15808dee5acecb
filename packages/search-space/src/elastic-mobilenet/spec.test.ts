import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tinySpec } from "../testing/tiny-spec.js";
import { planBlocks } from "./plan.js";
import { publishedOfaSpec } from "./published.js";
import { elasticMobileNetSpecSchema, roundChannels } from "./spec.js";

describe("roundChannels", () => {
  it("gives the widths of the published networks", () => {
    const widths = [16, 16, 24, 40, 80, 112, 160, 960, 1280];
    expect(widths.map((width) => roundChannels(width * 1.2))).toEqual([
      24, 24, 32, 48, 96, 136, 192, 1152, 1536,
    ]);
    // The squeeze widths 72/4 and 336/4 are the traps: rounding down would lose more than 10 %.
    expect([18, 36, 84].map(roundChannels)).toEqual([24, 40, 88]);
  });

  it("never falls and never loses more than a tenth", () => {
    fc.assert(
      fc.property(fc.nat(4_000), (value) => {
        expect(roundChannels(value + 1)).toBeGreaterThanOrEqual(roundChannels(value));
        expect(roundChannels(value)).toBeGreaterThanOrEqual(0.9 * value);
        expect(roundChannels(value) % 8).toBe(0);
      }),
      { seed: 5 },
    );
  });
});

describe("planBlocks", () => {
  it("gives middle and squeeze widths of once-for-all's table, and shortcuts after each first block", () => {
    const spec = publishedOfaSpec(1.2);
    const plan = planBlocks(spec, {
      resolution: 224,
      depths: [2, 2, 2, 2, 2],
      kernels: new Array<number>(20).fill(3),
      expansions: new Array<number>(20).fill(4),
    });
    expect(plan.map((block) => block.block)).toEqual([0, 1, 4, 5, 8, 9, 12, 13, 16, 17]);
    expect(plan.map((block) => block.midChannels)).toEqual([
      96, 128, 128, 192, 192, 384, 384, 544, 544, 768,
    ]);
    expect(plan.map((block) => block.squeezeChannels)).toEqual([
      undefined,
      undefined,
      32,
      48,
      undefined,
      undefined,
      96,
      136,
      136,
      192,
    ]);
    expect(plan.map((block) => block.hasShortcut)).toEqual(
      plan.map((block) => block.block % 4 !== 0),
    );
  });
});

describe("elasticMobileNetSpecSchema", () => {
  it("accepts the published spaces", () => {
    for (const spec of [tinySpec, publishedOfaSpec(1.0), publishedOfaSpec(1.2)]) {
      expect(elasticMobileNetSpecSchema.parse(spec)).toEqual(spec);
    }
  });

  it.each([
    { kernels: [3, 4] },
    { kernels: [5, 3] },
    { depths: [] },
    { depths: [0, 1] },
    { expansions: [2, 2] },
    { stages: [] },
    { width: 1 },
  ])("refuses %j", (change) => {
    expect(elasticMobileNetSpecSchema.safeParse({ ...tinySpec, ...change }).success).toBe(false);
  });
});
