import { readdirSync } from "node:fs";
import { loadPromptSet } from "@collm/llm";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { generatorPrompts, renderConversation } from "./conversation.js";
import { testHistory, testRequest } from "./generator.fixture.js";

const folder = new URL("../prompts/", import.meta.url);
const leaks = /imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i;

describe.each(readdirSync(folder))("the Generator's prompt set %s", (set) => {
  it("renders every kind of request, with the space and without a data set's name", async () => {
    const prompts = await loadPromptSet(folder, set, generatorPrompts);
    for (const strategy of ["Go deep.", ""]) {
      for (const history of [[], testHistory]) {
        const messages = renderConversation(prompts, testRequest({ strategy, history, count: 7 }));
        const text = messages.map(({ content }) => content).join("\n");
        expect(text).toContain(createSearchSpace(tinySpec).describe());
        expect(text).toContain('{"candidates": [');
        expect(text).toMatch(/\b7 /);
        expect(text.includes("Go deep.")).toBe(strategy !== "");
        expect(text.includes("61.37 % top-1")).toBe(history.length > 0);
        expect(text).not.toMatch(leaks);
      }
    }
  });
});
