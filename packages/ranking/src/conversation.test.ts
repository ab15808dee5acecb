import { createSearchSpace, nasBench201Spec, operators } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { answerSchema, renderConversation } from "./conversation.js";
import { drawTrials } from "./draw.js";
import { testPool } from "./pool.fixture.js";
import { loadRankingPrompts } from "./prompts.js";

const prompts = await loadRankingPrompts("default");
const settings = { seed: 0, candidates: 10, isFixed: false };

function textOf(permuteOperators?: number): string {
  const space = createSearchSpace({
    ...nasBench201Spec("cifar100"),
    ...(permuteOperators === undefined ? {} : { permuteOperators }),
  });
  const [trial] = drawTrials(testPool(61, space), "deciles", settings, 1);
  return trial
    ? renderConversation(prompts, space, trial)
        .map(({ content }) => content)
        .join("\n")
    : "";
}

describe("renderConversation", () => {
  it("shows the space and every architecture under its label, as it is drawn", () => {
    const pool = testPool();
    const [trial] = drawTrials(pool, "deciles", settings, 1);
    const text = textOf();
    expect(trial?.shown).toHaveLength(10);
    trial?.shown.forEach(({ architecture }, position) => {
      const notation = JSON.stringify(pool.space.notation(architecture));
      expect(text).toContain(`N${position + 1}: ${notation}`);
    });
    expect(text).toContain(pool.space.describe());
    expect(text).not.toContain("{{");
  });

  it("names no data set, benchmark or official operator", () => {
    for (const text of [textOf(), textOf(3)]) {
      expect(text).not.toMatch(/cifar|imagenet|bench|201|nats|autodl|resnet/i);
      for (const operator of operators) {
        // "none" is an English word as well.
        if (operator !== "none") expect(text).not.toContain(operator);
      }
    }
  });

  it("holds no accuracy and no cost", () => {
    expect(textOf()).not.toMatch(/\d\.\d|%|top-1|flop|parameters/i);
  });

  it("says nothing of what operators do where they are letters", () => {
    expect(textOf(3)).not.toMatch(/3x3|1x1|pool|identity|zero/u);
  });
});

describe("answerSchema", () => {
  it("asks for as many labels as there are", () => {
    expect(answerSchema(2)).toMatchObject({
      properties: { ranking: { items: { enum: ["N1", "N2"] }, minItems: 2, maxItems: 2 } },
    });
  });
});
