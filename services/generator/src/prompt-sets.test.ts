import { readdirSync, readFileSync } from "node:fs";
import { loadPromptSet } from "@collm/llm";
import {
  createRng,
  createSearchSpace,
  nasBench201Spec,
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
  type SpaceSpec,
  sampleUniform,
} from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { generatorPrompts, renderConversation } from "./conversation.js";
import { testRequest } from "./generator.fixture.js";

const folder = new URL("../prompts/", import.meta.url);
const leaks =
  /imagenet|cifar|coco|mnist|digits|once-for-all|\bofa\b|spos|mobilenet|shufflenet|autoformer|nas-?bench|bench|nor_conv|skip_connect/i;
const specs: readonly SpaceSpec[] = [
  tinySpec,
  publishedOfaSpec(1.2),
  publishedShuffleNetSpec(),
  publishedAutoFormerSpec("tiny"),
  nasBench201Spec("cifar10"),
];

/** A round with one trial, and results that are still to come. */
function historyOf(spec: SpaceSpec) {
  const space = createSearchSpace(spec);
  const architecture = sampleUniform(space, createRng("history"));
  const trial = {
    candidateId: "1.1",
    canonical: architecture.canonical,
    notation: space.notation(architecture),
    cost: space.cost(architecture),
    top1Percent: 61.37,
    isFeasible: true,
  };
  return [
    { index: 1, strategy: "Explore.", trials: [trial], rejections: [], pendingCount: 2 },
  ] as const;
}

describe.each(readdirSync(folder))("the Generator's prompt set %s", (set) => {
  it.each(specs)(
    "renders every kind of request about $family, with the space and without a data set's name",
    async (spec) => {
      const prompts = await loadPromptSet(folder, set, generatorPrompts);
      const [round] = historyOf(spec);
      const limits = { maxMacs: round.trials[0].cost.macs };
      for (const strategy of ["Go deep.", ""]) {
        for (const history of [[], [round]]) {
          for (const hasCostHints of [true, false]) {
            const messages = renderConversation(prompts, {
              ...testRequest({ strategy, history, count: 7, hasCostHints, space: spec }),
              task: { limits },
              visited: hasCostHints ? [round.trials[0].canonical] : [],
            });
            const text = messages.map(({ content }) => content).join("\n");
            expect(text).toContain(createSearchSpace(spec).describe());
            expect(text).toContain('{"candidates": [');
            expect(text).toMatch(/\b7 /);
            expect(text.includes("Go deep.")).toBe(strategy !== "");
            expect(text.includes("61.37 % top-1")).toBe(history.length > 0);
            expect(text.includes("always there")).toBe(hasCostHints);
            expect(text.includes("2 more of this round")).toBe(
              history.length > 0 && strategy !== "",
            );
            expect(text).not.toMatch(leaks);
            expect(text).not.toMatch(/\{\{|undefined|NaN/);
          }
        }
      }
    },
  );

  it("has one file for each prompt, and no data set, benchmark or published network in any", () => {
    const files = readdirSync(new URL(`${set}/`, folder));
    expect(files).toEqual(generatorPrompts.map((file) => `${file}.md`).toSorted());
    for (const file of files) {
      expect(readFileSync(new URL(`${set}/${file}`, folder), "utf8"), file).not.toMatch(leaks);
    }
  });
});
