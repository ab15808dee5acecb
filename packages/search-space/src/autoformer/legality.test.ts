import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import { readCuttable } from "../cuttable.js";
import { tinyAutoFormerSpec } from "../testing/tiny-spec.js";

const space = createSearchSpace(tinyAutoFormerSpec);
const legal = {
  layer_num: 2,
  mlp_ratio: [1.5, 2],
  num_heads: [1, 2],
  embed_dim: [96, 96],
};

function reasonsFor(notation: unknown): readonly string[] {
  const read = space.legality(notation);
  return read.kind === "illegal" ? read.reasons : [];
}

function cuttingReasonsFor(notation: unknown): readonly string[] {
  const read = readCuttable(tinyAutoFormerSpec, notation);
  return read.kind === "illegal" ? read.reasons : [];
}

describe("legality", () => {
  it("names gene, value and choices, every problem at once", () => {
    expect(reasonsFor(legal)).toEqual([]);
    expect(
      reasonsFor({ ...legal, mlp_ratio: [3, 2], num_heads: [1, 3], embed_dim: [100, 100] }),
    ).toEqual([
      "embed_dim[0]: got 100, allowed embedding width is 64, 96, 120",
      "embed_dim[1]: got 100, allowed embedding width is 64, 96, 120",
      "mlp_ratio[0]: got 3, allowed mlp ratio is 1.5, 2",
      "num_heads[1]: got 3, allowed attention heads is 1, 2",
    ]);
    expect(reasonsFor({ ...legal, layer_num: 4 })).toEqual([
      "layer_num: got 4, allowed depth is 2, 3",
    ]);
    expect(reasonsFor({ ...legal, embed_dim: 98 })).toEqual([
      "embed_dim: got 98, allowed embedding width is 64, 96, 120",
    ]);
  });

  it("refuses lists that are too short, too long or none, and unknown keys", () => {
    expect(reasonsFor({ ...legal, mlp_ratio: [2], num_heads: [1, 1, 1, 1], x: 1 })).toEqual([
      "x: unknown key, allowed are layer_num, mlp_ratio, num_heads, embed_dim",
      "mlp_ratio: got 1 values, allowed is a list of 2 numbers, one per layer",
      "num_heads: got 4 values, allowed is a list of 2 numbers, one per layer",
    ]);
    expect(reasonsFor({ ...legal, num_heads: 2 })).toEqual([
      "num_heads: got 2, allowed is a list of 2 numbers, one per layer",
    ]);
    expect(reasonsFor({ ...legal, mlp_ratio: [1.5, 2, 7] })).toEqual([
      "mlp_ratio[2]: got 7, allowed mlp ratio is 1.5, 2",
    ]);
  });

  it("refuses widths that differ between layers, which the original fails on later", () => {
    expect(reasonsFor({ ...legal, embed_dim: [96, 64] })).toEqual([
      "embed_dim: got 96 and 64, allowed is one width for the whole network",
    ]);
  });

  it.each([null, undefined, 7, "e96/m2h2", [], [legal], true])(
    "refuses what is no object: %s",
    (value) => {
      expect(reasonsFor(value)).toEqual([
        expect.stringContaining("allowed is an object with layer_num"),
      ]);
    },
  );
});

describe("readCuttable", () => {
  it("takes any depth, heads, width and ratio that the tensors hold", () => {
    const free = {
      layer_num: 4,
      mlp_ratio: [0.3, 2.56, 1.7, 2.569],
      num_heads: [2, 1, 1, 2],
      embed_dim: [100, 100, 100, 100],
    };
    expect(reasonsFor(free)).not.toEqual([]);
    const read = readCuttable(tinyAutoFormerSpec, free);
    if (read.kind !== "cuttable") throw new Error(read.reasons.join());
    expect(read.architecture.canonical).toBe("e100/m0.3h2/m2.56h1/m1.7h1/m2.569h2");
    expect(read.space.notation(read.architecture)).toEqual(free);
    expect(read.space.parse(read.architecture.canonical)).toMatchObject({ kind: "legal" });
  });

  it("gives an architecture of the space the same identity and cost", () => {
    const read = readCuttable(tinyAutoFormerSpec, legal);
    const inSpace = space.legality(legal);
    if (read.kind !== "cuttable" || inSpace.kind !== "legal") throw new Error("illegal");
    expect(read.architecture.canonical).toBe(inSpace.architecture.canonical);
    expect(read.space.cost(read.architecture)).toEqual(space.cost(inSpace.architecture));
  });

  it("counts halves of official FLOPs for an odd width, as the original does", () => {
    const read = readCuttable(tinyAutoFormerSpec, { ...legal, embed_dim: 97 });
    if (read.kind !== "cuttable") throw new Error(read.reasons.join());
    expect(read.space.cost(read.architecture).officialFlops % 1).toBe(0.5);
  });

  it("refuses what the tensors do not hold", () => {
    expect(
      cuttingReasonsFor({ ...legal, num_heads: [3, 0], mlp_ratio: [2.7, 0.01], embed_dim: 96 }),
    ).toEqual([
      "mlp_ratio[0]: got 2.7, allowed mlp ratio is one with a hidden width (96 x ratio) from 1 to 256",
      "mlp_ratio[1]: got 0.01, allowed mlp ratio is one with a hidden width (96 x ratio) from 1 to 256",
      "num_heads[0]: got 3, allowed attention heads is a whole number from 1 to 2",
      "num_heads[1]: got 0, allowed attention heads is a whole number from 1 to 2",
    ]);
    expect(cuttingReasonsFor({ ...legal, layer_num: 5 })).toEqual([
      "layer_num: got 5, allowed depth is a whole number from 1 to 4",
    ]);
    expect(cuttingReasonsFor({ ...legal, embed_dim: 129.5 })[0]).toBe(
      "embed_dim: got 129.5, allowed embedding width is a whole number from 1 to 128",
    );
    expect(cuttingReasonsFor(null)).toHaveLength(1);
  });
});
