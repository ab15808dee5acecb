import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import type { Architecture } from "../space.js";
import { describeSearchSpace } from "../testing.js";
import { edges, operators } from "./cell.js";
import { nasBench201Spec } from "./published.js";

describeSearchSpace("NAS-Bench-201", nasBench201Spec("cifar10"));
describeSearchSpace("NAS-Bench-201, permuted operators", {
  ...nasBench201Spec("imagenet16-120"),
  permuteOperators: 3,
});

const space = createSearchSpace(nasBench201Spec("cifar10"));
const resNet = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|";

function architectureOf(official: string, of = space) {
  const read = of.parse(official);
  if (read.kind === "illegal") throw new Error(read.reasons.join("; "));
  return read.architecture;
}

/** All encodings, in the order of counting. */
function* allChoices(): Generator<readonly number[]> {
  for (let code = 0; code < operators.length ** edges.length; code++) {
    yield edges.map((_, edge) => Math.floor(code / operators.length ** edge) % operators.length);
  }
}

describe("identity and notation", () => {
  it("keeps the official string as identity and in files", () => {
    const architecture = architectureOf(resNet);
    expect(architecture).toEqual({ canonical: resNet, choices: [3, 0, 3, 1, 0, 1] });
    expect(space.fileNotation(architecture)).toBe(resNet);
    expect(space.parse(resNet)).toEqual({ kind: "legal", architecture });
    expect(space.legality(resNet).kind).toBe("illegal");
  });

  it("has a notation for prompts that names no official operator", () => {
    const notation = space.notation(architectureOf(resNet));
    expect(notation).toEqual({
      "0-1": "conv3x3",
      "0-2": "zero",
      "1-2": "conv3x3",
      "0-3": "identity",
      "1-3": "zero",
      "2-3": "identity",
    });
    const words = `${space.describe()}${JSON.stringify(space.jsonSchema())}`;
    for (const operator of operators) expect(words).not.toContain(operator);
  });

  it("names edge, value and what is allowed", () => {
    const notation = space.notation(architectureOf(resNet));
    expect(space.legality({ ...(notation as object), "0-2": "conv5x5", "3-0": "zero" })).toEqual({
      kind: "illegal",
      reasons: [
        'edge 0-2: got "conv5x5", allowed operator is zero, identity, conv1x1, conv3x3, avgpool3x3',
        'architecture: got the key "3-0", allowed are the edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3',
      ],
    });
    expect(space.parse("|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|")).toMatchObject({
      kind: "illegal",
      reasons: [expect.stringContaining("edge 0 to 1: got conv")],
    });
  });
});

describe("permuteOperators", () => {
  const permuted = createSearchSpace({ ...nasBench201Spec("cifar10"), permuteOperators: 1 });

  it("writes letters that the seed hands out, for the same architectures", () => {
    const architecture = architectureOf(resNet, permuted);
    expect(architecture).toEqual(architectureOf(resNet));
    const letters = Object.values(permuted.notation(architecture));
    expect(letters.every((letter) => /^[A-E]$/u.test(letter as string))).toBe(true);
    expect(permuted.legality(permuted.notation(architecture))).toEqual({
      kind: "legal",
      architecture,
    });
    const names = new Set(
      [0, 1, 2, 3, 4, 5, 6, 7].map((permuteOperators) =>
        JSON.stringify(
          createSearchSpace({ ...nasBench201Spec("cifar10"), permuteOperators }).genes[0]?.choices,
        ),
      ),
    );
    expect(names.size).toBeGreaterThan(4);
  });

  it("says nothing of what operators do", () => {
    expect(permuted.describe()).not.toMatch(/3x3|1x1|pool|identity|zero/u);
  });
});

describe("cost", () => {
  it.each([
    ["cifar10", 7_783_050, 35_389_440, 3_932_160, 73_306],
    ["cifar100", 7_788_900, 35_389_440, 3_932_160, 79_156],
    ["imagenet16-120", 1_953_400, 8_847_360, 983_040, 80_456],
  ] as const)("equals the benchmark's formula on %s", (dataSet, base, conv3, conv1, params) => {
    const other = createSearchSpace(nasBench201Spec(dataSet));
    for (const choices of allChoices()) {
      const n3 = choices.filter((choice) => choice === 3).length;
      const n1 = choices.filter((choice) => choice === 2).length;
      const cost = other.cost(other.canonicalise(choices));
      expect(cost.officialFlops).toBe(base + conv3 * n3 + conv1 * n1);
      expect(cost.paramsCount).toBe(params + 243_040 * n3 + 28_000 * n1);
      expect(cost.officialFlops - cost.macs).toBe(nasBench201Spec(dataSet).classes);
    }
  });
});

describe("isomorphismClass and functionClass", () => {
  it("tell 6,466 and 5,390 classes apart", () => {
    const classes = new Set<string | undefined>();
    const functions = new Set<string | undefined>();
    for (const choices of allChoices()) {
      const architecture = space.canonicalise(choices);
      classes.add(space.isomorphismClass?.(architecture));
      functions.add(space.functionClass?.(architecture));
    }
    expect([classes.size, functions.size]).toEqual([6466, 5390]);
  });

  it("take a skip connection for a wire, and only the second forgets zeros", () => {
    const [conv, throughSkip, withZero] = [
      "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|",
      "|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|",
      "|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|",
    ].map((official) => architectureOf(official)) as [Architecture, Architecture, Architecture];
    expect(space.isomorphismClass?.(conv)).toBe(space.isomorphismClass?.(throughSkip));
    expect(space.isomorphismClass?.(conv)).not.toBe(space.isomorphismClass?.(withZero));
    expect(space.functionClass?.(conv)).toBe(space.functionClass?.(withZero));
    const nothing = architectureOf("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
    expect(space.functionClass?.(nothing)).toBe("#");
  });
});
