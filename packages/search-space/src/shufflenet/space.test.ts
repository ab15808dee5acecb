import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import { describeSearchSpace, findSchemaViolation, tinyShuffleNetSpec } from "../testing.js";
import { planShuffleBlocks } from "./plan.js";
import { publishedShuffleNetSpec } from "./published.js";
import { shuffleNetGenes } from "./space.js";
import { shuffleNetSpecSchema } from "./spec.js";

describeSearchSpace("tiny ShuffleNet", tinyShuffleNetSpec);
describeSearchSpace("single path one-shot", publishedShuffleNetSpec());

const published = publishedShuffleNetSpec();
const space = createSearchSpace(published);
/** The architecture of the original's README. */
const readme = [2, 1, 0, 1, 2, 0, 2, 0, 2, 0, 2, 3, 0, 0, 0, 0, 3, 2, 3, 3];

function golden<T>(name: string): T {
  const file = new URL(`../../../../test/golden/spos/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

function costOf(architecture: readonly number[], resolution = 224) {
  const sized = createSearchSpace({ ...published, resolution });
  return sized.cost(sized.canonicalise(architecture));
}

describe("cost", () => {
  it("equals the original's table in every layer and choice", () => {
    const table = golden<{
      fixed: { total: number };
      per_layer: { layer: number; flops: number[] }[];
    }>("op-flops");
    expect(table.per_layer.flatMap(({ flops }) => flops)).toHaveLength(80);
    const first = table.per_layer.map(({ flops }) => flops[0] as number);
    const all0 = first.reduce((sum, flops) => sum + flops, table.fixed.total);
    for (const { layer, flops } of table.per_layer) {
      const counted = flops.map((_, choice) => {
        const architecture = new Array<number>(20).fill(0).with(layer, choice);
        return costOf(architecture).officialFlops - all0 + (first[layer] as number);
      });
      expect(counted, `layer ${layer}`).toEqual(flops);
    }
  });

  it("equals the original's counters on whole networks, also at another size", () => {
    const { cases } = golden<{
      cases: {
        name: string;
        architecture: number[];
        flops: Record<string, number>;
        params: { supernet_path: number };
      }[];
    }>("costs");
    expect(cases).toHaveLength(6);
    for (const { name, architecture, flops, params } of cases) {
      expect(costOf(architecture), name).toEqual({
        macs: flops.independent_macs,
        officialFlops: flops.lookup_table,
        paramsCount: params.supernet_path,
      });
      expect(flops.repo_search_hook).toBe(flops.lookup_table);
      expect(flops.repo_evaluation_hook).toBe(flops.lookup_table);
      expect(costOf(architecture, 160).macs, name).toBe(flops.macs_at_160);
    }
    expect(costOf(readme)).toMatchObject({ officialFlops: 322_918_720, paramsCount: 3_529_312 });
  });

  it("is cheapest with xception blocks in the layers of stride 2, dearest the other way round", () => {
    expect(space.cheapest("macs").canonical).toBe("30003000300000003000");
    expect(space.cost(space.cheapest("officialFlops")).officialFlops).toBe(270_359_360);
    const dearest = space.canonicalise([..."23332333233333332333"].map(Number));
    expect(space.cost(dearest).officialFlops).toBe(398_609_216);
  });
});

describe("planShuffleBlocks", () => {
  it("gives the channels of the original's table", () => {
    const plan = planShuffleBlocks(
      published,
      shuffleNetGenes(published, space.canonicalise(readme)),
    );
    expect(plan.map(({ stride }) => stride).join("")).toBe("21112111211111112111");
    const rows = plan.map(({ inp, mid, mainOut }) => [inp, mid, mainOut].join(" "));
    expect([0, 1, 4, 5, 8, 9, 16, 17].map((layer) => rows[layer])).toEqual([
      "16 32 48",
      "32 32 32",
      "64 80 96",
      "80 80 80",
      "160 160 160",
      "160 160 160",
      "320 320 320",
      "320 320 320",
    ]);
    expect(plan[11]).toEqual({
      layer: 11,
      choice: 3,
      kind: "xception",
      kernel: 3,
      stride: 1,
      inp: 160,
      mid: 160,
      mainOut: 160,
    });
    expect(plan.slice(0, 3).map(({ kernel }) => kernel)).toEqual([7, 5, 3]);
  });
});

describe("legality", () => {
  const reasonsFor = (notation: unknown): readonly string[] => {
    const read = space.legality(notation);
    return read.kind === "illegal" ? read.reasons : [];
  };

  it("names layer, value and what is allowed", () => {
    expect(reasonsFor(readme)).toEqual([]);
    expect(reasonsFor(readme.with(3, 4).with(5, -1))).toEqual([
      "block[3]: got 4, allowed block kind is 0, 1, 2, 3",
      "block[5]: got -1, allowed block kind is 0, 1, 2, 3",
    ]);
    expect(reasonsFor(readme.map(String))).toHaveLength(20);
    expect(reasonsFor([1, 2])).toEqual([
      "architecture: got 2 values, allowed is a list of exactly 20 numbers",
    ]);
    expect(reasonsFor("21012020202300003233")[0]).toMatch(/^architecture: got "2101/u);
  });

  it("takes -0 for 0", () => {
    const read = space.legality(JSON.parse(`[-0${",0".repeat(19)}]`));
    expect(read).toEqual({ kind: "legal", architecture: space.canonicalise(readme.map(() => 0)) });
  });

  it("reads no string but the one it writes", () => {
    const { canonical } = space.canonicalise(readme);
    expect(canonical).toBe("21012020202300003233");
    for (const text of [
      "",
      "2",
      `${canonical}0`,
      ` ${canonical}`,
      "４".repeat(20),
      "4".repeat(20),
    ]) {
      expect(space.parse(text).kind, JSON.stringify(text)).toBe("illegal");
    }
  });
});

describe("jsonSchema and describe", () => {
  it("allow exactly the legal lists", () => {
    const schema = space.jsonSchema();
    expect(findSchemaViolation(schema, readme)).toBeUndefined();
    expect(findSchemaViolation(schema, readme.with(0, 4))).toMatch(/^\$\[0\]/u);
    expect(findSchemaViolation(schema, readme.slice(1))).toMatch(/19 items/u);
  });

  it("show an example that is legal", () => {
    const example = /^Example: (.*)$/mu.exec(space.describe())?.[1];
    expect(space.legality(JSON.parse(example ?? "")).kind).toBe("legal");
  });
});

describe("shuffleNetSpecSchema", () => {
  it("accepts the published network", () => {
    expect(shuffleNetSpecSchema.parse(published)).toEqual(published);
  });

  it.each([
    { stages: [] },
    { stages: [{ repeats: 2, channels: 25 }] },
    { stages: [{ repeats: 2, channels: 8 }] },
    {
      stages: [
        { repeats: 1, channels: 48 },
        { repeats: 1, channels: 48 },
      ],
    },
    { width: 1 },
  ])("refuses %j", (change) => {
    expect(shuffleNetSpecSchema.safeParse({ ...tinyShuffleNetSpec, ...change }).success).toBe(
      false,
    );
  });
});
