import { describe, expect, it } from "vitest";
import { createSearchSpace } from "./create.js";
import { networkOf, readCuttable } from "./cuttable.js";
import { tinyAutoFormerSpec, tinyShuffleNetSpec, tinySpec } from "./testing.js";

describe("readCuttable", () => {
  it.each([tinySpec, tinyShuffleNetSpec, tinyAutoFormerSpec])(
    "gives $family what its search has, with the same canonical string",
    (spec) => {
      const space = createSearchSpace(spec);
      const architecture = space.canonicalise(space.genes.map(({ choices }) => choices.length - 1));
      const read = readCuttable(spec, space.notation(architecture));
      expect(read).toMatchObject({
        kind: "cuttable",
        architecture: { canonical: architecture.canonical },
      });
      expect(readCuttable(spec, "nothing").kind).toBe("illegal");
    },
  );

  it("takes any resolution from 32 for an elastic MobileNet, however it is spelt", () => {
    const { r, ...rest } = { ks: [3, 0, 0, 3, 0, 0], e: [1, 0, 0, 1, 0, 0], d: [1, 1], r: 40 };
    for (const size of [{ r }, { r: [r] }, { image_size: r }]) {
      expect(readCuttable(tinySpec, { ...rest, ...size })).toMatchObject({
        kind: "cuttable",
        architecture: { canonical: "r40/k3e1/k3e1" },
      });
    }
    expect(readCuttable(tinySpec, { ...rest, r: 31 }).kind).toBe("illegal");
    expect(readCuttable(tinySpec, { ...rest, r: 40.5 }).kind).toBe("illegal");
  });
});

describe("networkOf", () => {
  it("leaves out what only restricts a search", () => {
    expect(networkOf({ ...tinySpec, resolutions: [12] })).toEqual(networkOf(tinySpec));
    expect(networkOf({ ...tinySpec, depths: [1, 2] })).not.toEqual(networkOf(tinySpec));
    const narrowed = { depths: [2], embedDims: [64], mlpRatios: [2], headChoices: [1] };
    expect(networkOf({ ...tinyAutoFormerSpec, ...narrowed })).toEqual(
      networkOf(tinyAutoFormerSpec),
    );
    expect(networkOf({ ...tinyAutoFormerSpec, superDepth: 5 })).not.toEqual(
      networkOf(tinyAutoFormerSpec),
    );
  });
});
