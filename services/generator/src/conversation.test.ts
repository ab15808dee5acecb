import { loadPromptSet, type PromptSet } from "@collm/llm";
import { createSearchSpace, nasBench201Spec, publishedOfaSpec } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { answerSchema, generatorPrompts, renderConversation } from "./conversation.js";
import { testHistory, testRequest } from "./generator.fixture.js";

let prompts: PromptSet;
beforeAll(async () => {
  const folder = new URL("../prompts/", import.meta.url);
  prompts = await loadPromptSet(folder, "default", generatorPrompts);
});

function textOf(change: Parameters<typeof testRequest>[0] = {}): string {
  return renderConversation(prompts, testRequest(change))
    .map(({ content }) => content)
    .join("\n");
}

describe("renderConversation", () => {
  it("holds the strategy verbatim, the count, the mission and the space", () => {
    const text = textOf();
    expect(text).toContain(testRequest().strategy);
    expect(text).toContain("Write 4 different, valid architectures");
    expect(text).toContain("at most 450 k multiply-accumulates");
    expect(text).toContain(createSearchSpace(tinySpec).describe());
  });

  it("holds no earlier result by default", () => {
    // All that the loop knows of results is in `history`; by default it is empty.
    const text = textOf({ task: { limits: { maxMacs: 450_000 } } });
    expect(text).not.toContain("61.37");
    expect(text).not.toMatch(/\d % top-1|Earlier rounds|Explore everything/);
  });

  it("shows earlier rounds when the request has them (memory ablation)", () => {
    const text = textOf({ history: testHistory });
    expect(text).toContain("Earlier rounds");
    expect(text).toContain("61.37 % top-1");
    expect(text).toContain("Explore everything.");
  });

  it("lists the newest visited architectures, as many as fit", () => {
    const space = createSearchSpace(tinySpec);
    expect(textOf()).toContain(
      JSON.stringify({ ks: [3, 0, 0, 3, 0, 0], e: [1, 0, 0, 1, 0, 0], d: [1, 1], r: 16 }),
    );
    const many = Array.from(
      { length: 600 },
      (_, i) =>
        space.canonicalise(space.genes.map((gene, g) => (i >> g) % gene.choices.length)).canonical,
    );
    const text = textOf({ visited: [...many, "r20/k7e4/k7e4"] });
    expect(text).toContain('"d":[1,1],"r":20');
    expect(text.length).toBeLessThan(12_000);
  });

  it("says nothing about visited architectures or costs where there are none", () => {
    const text = textOf({ visited: [], task: { limits: {} } });
    expect(text).not.toMatch(/proposed before|What choices cost/);
  });

  it("tells what choices cost at each position, so that they can be added up", () => {
    // The space is so small that resolutions round: a table for each.
    expect(textOf()).toMatch(/^With r 16: [\d.]+ for what is always there/m);
    expect(textOf()).toMatch(/^- ks\/e at 1-2: 3\/1 [\d.]+, 3\/2 [\d.]+/m);
    const space = publishedOfaSpec(1.2);
    const text = textOf({ space, visited: [], task: { limits: { maxMacs: 400e6 } } });
    expect(text).toMatch(/a factor for r: 160: 0\.\d\d, 176: 0\.\d\d, .* 224: 1\.00/);
  });

  it("tells no costs where the request does not say so", () => {
    expect(textOf({ hasCostHints: false })).not.toMatch(/What choices cost|always there/);
  });

  it("names no data set, benchmark or published network", () => {
    expect(textOf({ history: testHistory })).not.toMatch(
      /imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i,
    );
  });

  it("shows visited cells as it asks for them, not in a benchmark's string", () => {
    const visited = ["|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|avg_pool_3x3~2|"];
    for (const permuteOperators of [undefined, 4]) {
      const space = { ...nasBench201Spec("cifar10"), permuteOperators };
      const text = textOf({ space, visited, task: { limits: {} } });
      expect(text).toMatch(/"0-1":"(conv3x3|[A-E])"/);
      expect(text).not.toMatch(/nor_conv|skip_connect|avg_pool|none/);
    }
  });
});

describe("renderConversation without a strategy (OPRO)", () => {
  const trials = [0.5, 0.9, 0.1].map((shift, i) => ({
    ...(testHistory[0]?.trials[0] as NonNullable<(typeof testHistory)[0]["trials"][0]>),
    candidateId: `1.${i + 1}`,
    top1Percent: 61 + shift,
  }));
  const history = [{ index: 1, strategy: "", trials, rejections: [] }];

  it("shows scored solutions in ascending order, the best last, and no Navigator", () => {
    const text = textOf({ strategy: "", history });
    const places = ["61.10 %", "61.50 %", "61.90 %"].map((accuracy) => text.indexOf(accuracy));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
    expect(text).not.toMatch(/Navigator|strategy:/);
    expect(text).toContain("Write 4 new, valid architectures");
  });

  it("shows the best twenty only", () => {
    const [trial] = trials;
    if (!trial) throw new RangeError("no trial");
    const many = Array.from({ length: 30 }, (_, i) => ({ ...trial, top1Percent: 40 + i }));
    const text = textOf({ strategy: "", history: [{ ...testHistory[0], trials: many } as never] });
    expect(text).not.toContain("49.00 % top-1");
    expect(text).toContain("50.00 % top-1");
    expect(text).toContain("69.00 % top-1");
  });

  it("asks for breadth while nothing is scored", () => {
    const text = textOf({ strategy: "", history: [], visited: [] });
    expect(text).toContain("Nothing has been measured yet");
    expect(text).toContain("What choices cost");
  });

  it("names no data set, benchmark or published network", () => {
    for (const rounds of [[], history]) {
      expect(textOf({ strategy: "", history: rounds })).not.toMatch(
        /imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i,
      );
    }
  });
});

describe("answerSchema", () => {
  it("wraps the space's schema in a list of the wanted length", () => {
    expect(answerSchema(testRequest())).toMatchObject({
      properties: {
        candidates: { minItems: 4, maxItems: 4, items: { required: ["ks", "e", "d", "r"] } },
      },
    });
  });
});
