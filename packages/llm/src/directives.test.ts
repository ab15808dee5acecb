import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choiceWeights, type Directives, readDirectives, writeDirectives } from "./directives.js";

const space = createSearchSpace(tinySpec);
const gene = (name: string) => {
  const found = space.genes.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`no gene ${name}`);
  return found;
};

const full: Directives = {
  prefer: { r: { "16": 2, "20": 4 }, "ks[1]": { "5": 3 } },
  parents: [{ ks: [3], r: 12 }, "r12/k3e1/k3e1"],
  costShare: [0.9, 1],
  explore: 0.25,
  edits: 3,
};

describe("readDirectives", () => {
  it("reads what writeDirectives wrote, behind any prose", () => {
    const strategy = `# SUMMARY\nAll {well}.\n\n${writeDirectives(full)}\n`;
    expect(readDirectives(strategy)).toEqual({ directives: full, problems: [] });
  });

  it("has nothing to follow where there is no block", () => {
    expect(readDirectives("Prefer wide nets.")).toEqual({ directives: {}, problems: [] });
  });

  it("leaves out what it cannot read, with the reason", () => {
    const { directives, problems } = readDirectives(
      '```directives\n{"explore": 2, "edits": 3, "costShare": [1, 0.5], "mood": "good",}\n```',
    );
    expect(directives).toEqual({ edits: 3 });
    expect(problems).toHaveLength(3);
    expect(problems.join("\n")).toMatch(/explore[\s\S]*costShare[\s\S]*mood/);
  });

  it("takes the last of several blocks", () => {
    const text = `${writeDirectives({ edits: 1 })}\n${writeDirectives({ edits: 2 })}`;
    expect(readDirectives(text).directives).toEqual({ edits: 2 });
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        readDirectives(`\`\`\`directives\n${body}\n\`\`\``);
      }),
    );
  });
});

describe("choiceWeights", () => {
  it("gives unnamed choices weight 1", () => {
    expect(choiceWeights(full, gene("r"))).toEqual([1, 2, 4]);
  });

  it("prefers the closest key: gene, then list, then dimension", () => {
    const prefer = { "ks[1]": { "5": 3 }, ks: { "5": 2 }, "expansion ratio": { "4": 5 } };
    expect(choiceWeights({ prefer }, gene("ks[1]"))).toEqual([1, 3, 1]);
    expect(choiceWeights({ prefer }, gene("ks[0]"))).toEqual([1, 2, 1]);
    expect(choiceWeights({ prefer }, gene("e[0]"))).toEqual([1, 1, 5]);
    expect(choiceWeights({ prefer }, gene("r"))).toBeUndefined();
  });
});
