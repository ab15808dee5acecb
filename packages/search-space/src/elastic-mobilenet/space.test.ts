import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import { describeSearchSpace, findSchemaViolation, tinySpec } from "../testing.js";
import { publishedOfaSpec } from "./published.js";
import type { ElasticMobileNetSpec } from "./spec.js";

describeSearchSpace("tiny elastic MobileNet", tinySpec);
describeSearchSpace("once-for-all, width 1.0", publishedOfaSpec(1.0));
describeSearchSpace("once-for-all, width 1.2", publishedOfaSpec(1.2));

/** Distinct networks: per stage, every depth with all kernels and expansions of its blocks. */
function countNetworks(spec: ElasticMobileNetSpec): bigint {
  const perBlock = BigInt(spec.kernels.length * spec.expansions.length);
  const perStage = spec.depths.reduce((sum, depth) => sum + perBlock ** BigInt(depth), 0n);
  return perStage ** BigInt(spec.stages.length) * BigInt(spec.resolutions.length);
}

function countEncodings(spec: ElasticMobileNetSpec): bigint {
  return createSearchSpace(spec).genes.reduce(
    (product, gene) => product * BigInt(gene.choices.length),
    1n,
  );
}

describe("canonical form", () => {
  it("merges 136 encodings of the published space into one network on average", () => {
    const spec = publishedOfaSpec(1.0);
    expect(countNetworks(spec)).toBe(7371n ** 5n * 5n);
    expect(countEncodings(spec)).toBe(3n ** 45n * 5n);
    expect(Number(countEncodings(spec)) / Number(countNetworks(spec))).toBeCloseTo(135.8, 1);
  });

  it("has as many strings as the formula counts networks, where all can be listed", () => {
    const spec = {
      ...tinySpec,
      depths: [1, 2],
      kernels: [3, 5],
      expansions: [2],
      resolutions: [12],
    };
    const space = createSearchSpace(spec);
    let encodings: number[][] = [[]];
    for (const gene of space.genes) {
      encodings = encodings.flatMap((head) => gene.choices.map((_, choice) => [...head, choice]));
    }
    const strings = new Set(encodings.map((choices) => space.canonicalise(choices).canonical));
    expect(encodings).toHaveLength(Number(countEncodings(spec)));
    expect(strings.size).toBe(Number(countNetworks(spec)));
  });

  it("reads no string but the one it writes", () => {
    const space = createSearchSpace(tinySpec);
    const { canonical } = space.cheapest("macs");
    expect(canonical).toBe("r12/k3e1/k3e1");
    for (const text of [
      "r12/k03e1/k3e1",
      "r012/k3e1/k3e1",
      "r12/k3e1/k3e1/",
      "r12/k3e1/k3e1\n",
      " r12/k3e1/k3e1",
      "r12/k3e1",
      "r12//k3e1",
      "r12/k3e1.k3e1.k3e1.k3e1/k3e1",
      "r13/k3e1/k3e1",
      "",
    ]) {
      expect(space.parse(text).kind, JSON.stringify(text)).toBe("illegal");
    }
  });
});

describe("cost", () => {
  it.each([1.0, 1.2] as const)("equals once-for-all's own counters at width %s", (width) => {
    const file = new URL(`../../../../test/golden/ofa/w${width.toFixed(1)}.json`, import.meta.url);
    const golden = JSON.parse(readFileSync(file, "utf8")) as {
      subnets: {
        name: string;
        notation: Record<string, unknown>;
        params: number;
        macs: Record<string, number>;
      }[];
    };
    expect(golden.subnets.length).toBeGreaterThanOrEqual(6);
    for (const { name, notation, params, macs } of golden.subnets) {
      for (const [size, expected] of Object.entries(macs)) {
        // The reference has sizes outside the search's five; a space may have any.
        const space = createSearchSpace({
          ...publishedOfaSpec(width),
          resolutions: [Number(size)],
        });
        const read = space.legality({ ...notation, r: Number(size) });
        expect(read.kind).toBe("legal");
        if (read.kind !== "legal") continue;
        expect(space.cost(read.architecture), `${name} at ${size}`).toEqual({
          macs: expected,
          officialFlops: expected,
          paramsCount: params,
        });
      }
    }
  });

  it.each([
    { width: 1.0, choice: "first", paramsCount: 3_410_792, macs: 63_240_528, r: 160 },
    { width: 1.0, choice: "last", paramsCount: 7_664_760, macs: 566_170_656, r: 224 },
    { width: 1.2, choice: "first", paramsCount: 4_602_456, macs: 100_320_888, r: 160 },
    { width: 1.2, choice: "last", paramsCount: 10_701_632, macs: 843_101_040, r: 224 },
  ] as const)("of the $choice network at width $width is the published one", (row) => {
    const space = createSearchSpace(publishedOfaSpec(row.width));
    const choices = space.genes.map((gene) =>
      row.choice === "first" ? 0 : gene.choices.length - 1,
    );
    const architecture = space.canonicalise(choices);
    expect(space.notation(architecture)).toMatchObject({ r: row.r });
    expect(space.cost(architecture)).toMatchObject({
      macs: row.macs,
      paramsCount: row.paramsCount,
    });
  });
});

describe("jsonSchema", () => {
  it("rejects values outside the choices, and 0 where a block always runs", () => {
    const space = createSearchSpace(tinySpec);
    const schema = space.jsonSchema();
    const legal = space.notation(space.cheapest("macs")) as Record<string, number[]>;
    expect(findSchemaViolation(schema, legal)).toBeUndefined();
    const replaced = (key: string, position: number, value: unknown) => ({
      ...legal,
      [key]: legal[key]?.map((old, i) => (i === position ? value : old)),
    });
    expect(findSchemaViolation(schema, replaced("ks", 0, 4))).toMatch(/^\$\.ks\[0\]/u);
    expect(findSchemaViolation(schema, replaced("ks", 0, 0))).toMatch(/^\$\.ks\[0\]/u);
    expect(findSchemaViolation(schema, replaced("e", 1, 7))).toMatch(/^\$\.e\[1\]/u);
    expect(findSchemaViolation(schema, replaced("d", 1, 4))).toMatch(/^\$\.d\[1\]/u);
    expect(findSchemaViolation(schema, { ...legal, r: 13 })).toMatch(/^\$\.r/u);
    expect(findSchemaViolation(schema, { ...legal, d: [1] })).toMatch(/^\$\.d/u);
    expect(findSchemaViolation(schema, { ...legal, ks: undefined })).toMatch(/lacks ks/u);
  });
});

describe("describe", () => {
  it("shows an example that is legal", () => {
    const space = createSearchSpace(publishedOfaSpec(1.2));
    const example = /^Example: (.*)$/mu.exec(space.describe())?.[1];
    expect(space.legality(JSON.parse(example ?? "")).kind).toBe("legal");
  });
});
