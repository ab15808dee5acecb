import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import { readCuttable } from "../cuttable.js";
import { describeSearchSpace, findSchemaViolation, tinyAutoFormerSpec } from "../testing.js";
import { type AutoFormerNotation, autoFormerGenes } from "./genotype.js";
import { type AutoFormerSize, publishedAutoFormerSpec } from "./published.js";
import { type AutoFormerSpec, autoFormerSpecSchema } from "./spec.js";

describeSearchSpace("tiny AutoFormer", tinyAutoFormerSpec);
describeSearchSpace("AutoFormer Tiny", publishedAutoFormerSpec("tiny"));
describeSearchSpace("AutoFormer Small", publishedAutoFormerSpec("small"));
describeSearchSpace(
  "AutoFormer Base, 8 to 10 heads",
  publishedAutoFormerSpec("base", "subnet-yaml"),
);

interface GoldenCost {
  readonly size: AutoFormerSize;
  readonly id: string;
  readonly config: AutoFormerNotation;
  readonly params: number;
  readonly flops: number;
}

const { architectures } = JSON.parse(
  readFileSync(new URL("../../../../test/golden/autoformer/costs.json", import.meta.url), "utf8"),
) as { architectures: readonly GoldenCost[] };

/** Smallest and largest network of the search, with parameters and complexity. */
function bounds(spec: AutoFormerSpec): readonly string[] {
  const space = createSearchSpace(spec);
  const largest = space.canonicalise(space.genes.map(({ choices }) => choices.length - 1));
  return [space.cheapest("macs"), largest].map((architecture) => {
    const { paramsCount, officialFlops } = space.cost(architecture);
    return `${(paramsCount / 1e6).toFixed(3)} M, ${(officialFlops / 1e9).toFixed(3)} G`;
  });
}

function countNetworks({ depths, mlpRatios, headChoices, embedDims }: AutoFormerSpec): bigint {
  const perLayer = BigInt(mlpRatios.length * headChoices.length);
  return (
    BigInt(embedDims.length) * depths.reduce((sum, depth) => sum + perLayer ** BigInt(depth), 0n)
  );
}

describe("cost", () => {
  it.each(architectures)("equals the original's counters on $id", (row) => {
    const read = readCuttable(publishedAutoFormerSpec(row.size), row.config);
    expect(read.kind).toBe("cuttable");
    if (read.kind !== "cuttable") return;
    expect(read.space.cost(read.architecture)).toMatchObject({
      officialFlops: row.flops,
      paramsCount: row.params,
    });
  });

  it("counts true multiply-accumulates, of which the original's counter misses 3 to 10 %", () => {
    for (const { size, config, flops } of architectures) {
      const read = readCuttable(publishedAutoFormerSpec(size), config);
      if (read.kind !== "cuttable") throw new Error("not cuttable");
      const { macs } = read.space.cost(read.architecture);
      expect(flops / macs).toBeGreaterThan(0.9);
      expect(flops / macs).toBeLessThan(0.97);
    }
    // One layer of one head by hand: 4 patches and a class token, E = 64, Q = 64, F = 64.
    const spec: AutoFormerSpec = {
      ...tinyAutoFormerSpec,
      embedDims: [64],
      depths: [1],
      headChoices: [1],
      mlpRatios: [1],
      patch: 16,
    };
    const space = createSearchSpace(spec);
    expect(space.cost(space.cheapest("macs")).macs).toBe(
      4 * 768 * 64 + 4 * 5 * 64 * 64 + 4 * 5 * 5 * 64 + 2 * 5 * 64 * 64 + 10 * 64,
    );
  });

  it("is that of the published table for the smallest and the largest network", () => {
    expect(bounds(publishedAutoFormerSpec("tiny"))).toEqual([
      "5.366 M, 1.225 G",
      "10.517 M, 2.340 G",
    ]);
    expect(bounds(publishedAutoFormerSpec("small"))).toEqual([
      "13.057 M, 2.861 G",
      "34.790 M, 7.342 G",
    ]);
    expect(bounds(publishedAutoFormerSpec("base"))).toEqual([
      "41.688 M, 8.844 G",
      "76.882 M, 15.972 G",
    ]);
    expect(bounds(publishedAutoFormerSpec("base", "subnet-yaml"))[0]).toMatch(/^39\.793 M/u);
  });
});

describe("the published spaces", () => {
  it("have as many networks as their files allow", () => {
    expect(countNetworks(publishedAutoFormerSpec("tiny"))).toBe(1_056_964_608n);
    expect(countNetworks(publishedAutoFormerSpec("small"))).toBe(77_103_263_459_313n);
    expect(countNetworks(publishedAutoFormerSpec("base"))).toBe(10_108_977_168_384n);
    expect(countNetworks(publishedAutoFormerSpec("base", "subnet-yaml"))).toBe(
      6_245_364_340_204_353n,
    );
  });
});

describe("canonical form", () => {
  const space = createSearchSpace(tinyAutoFormerSpec);

  it("drops the layers beyond the depth, whatever they hold", () => {
    const short = { layer_num: 2, mlp_ratio: [1.5, 2], num_heads: [1, 2], embed_dim: [96, 96] };
    const long = {
      layer_num: 2,
      mlp_ratio: [1.5, 2, 2],
      num_heads: [1, 2, 0],
      embed_dim: [96, 96, 96],
    };
    const read = space.legality(short);
    expect(space.legality(long)).toEqual(read);
    expect(space.legality({ ...short, embed_dim: 96 })).toEqual(read);
    if (read.kind !== "legal") throw new Error("illegal");
    expect(read.architecture.canonical).toBe("e96/m1.5h1/m2h2");
    expect(space.notation(read.architecture)).toEqual(short);
    expect(autoFormerGenes(tinyAutoFormerSpec, read.architecture)).toEqual({
      depth: 2,
      embedDim: 96,
      mlpRatios: [1.5, 2],
      heads: [1, 2],
    });
  });

  it("reads no string but the one it writes", () => {
    expect(space.parse("e96/m1.5h1/m2h2").kind).toBe("legal");
    for (const text of [
      "e96/m1.50h1/m2h2",
      "e96/m1.5h1/m2.0h2",
      "e096/m1.5h1/m2h2",
      "e96/m1.5h1/m2h2/",
      "e96/m1.5h1",
      "e97/m1.5h1/m2h2",
      "m1.5h1/m2h2",
      "e96/m1.5h1/m2h2\n",
      "",
    ]) {
      expect(space.parse(text).kind, JSON.stringify(text)).toBe("illegal");
    }
  });
});

describe("jsonSchema and describe", () => {
  const space = createSearchSpace(publishedAutoFormerSpec("small"));
  const legal = space.notation(space.cheapest("macs")) as AutoFormerNotation;

  it("restrict every value to its choices", () => {
    const schema = space.jsonSchema();
    expect(findSchemaViolation(schema, legal)).toBeUndefined();
    expect(findSchemaViolation(schema, { ...legal, layer_num: 11 })).toMatch(/^\$\.layer_num/u);
    expect(findSchemaViolation(schema, { ...legal, mlp_ratio: [3] })).toMatch(/^\$\.mlp_ratio/u);
    expect(
      findSchemaViolation(schema, { ...legal, num_heads: legal.num_heads.with(4, 4) }),
    ).toMatch(/^\$\.num_heads\[4\]/u);
  });

  it("show an example that is legal", () => {
    const example = /^Example: (.*)$/mu.exec(space.describe())?.[1];
    expect(space.legality(JSON.parse(example ?? "")).kind).toBe("legal");
  });
});

describe("autoFormerSpecSchema", () => {
  it("accepts the published supernets", () => {
    for (const size of ["tiny", "small", "base"] as const) {
      const spec = publishedAutoFormerSpec(size, "subnet-yaml");
      expect(autoFormerSpecSchema.parse(spec)).toEqual(spec);
    }
    expect(autoFormerSpecSchema.parse(tinyAutoFormerSpec)).toEqual(tinyAutoFormerSpec);
  });

  it.each([
    { embedDims: [64, 144] },
    { embedDims: [63] },
    { depths: [5] },
    { headChoices: [3] },
    { mlpRatios: [2.5] },
    { mlpRatios: [2, 1.5] },
    { mlpRatios: [0] },
    { superHeads: 3 },
    { resolution: 40 },
    { size: "tiny" },
  ])("refuses %j", (change) => {
    expect(autoFormerSpecSchema.safeParse({ ...tinyAutoFormerSpec, ...change }).success).toBe(
      false,
    );
  });
});
