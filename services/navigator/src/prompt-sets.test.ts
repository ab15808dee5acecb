import { readdirSync } from "node:fs";
import { loadPromptSet } from "@collm/llm";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { navigatorPrompts, renderConversation } from "./conversation.js";
import { renderJointConversation } from "./joint-conversation.js";
import { testRequest } from "./navigator.fixture.js";

const folder = new URL("../prompts/", import.meta.url);
const leaks = /imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i;

describe.each(readdirSync(folder))("the Navigator's prompt set %s", (set) => {
  it("renders every kind of conversation, with the space and without a data set's name", async () => {
    const prompts = await loadPromptSet(folder, set, navigatorPrompts);
    for (const maxTokens of [1, 1_000_000]) {
      for (const rounds of [0, 1, 4]) {
        const request = testRequest(rounds);
        const hints = { count: 7, visited: ["r12/k3e1/k3e1"], hasCostHints: true };
        const joint = renderJointConversation(prompts, { ...request, ...hints }, maxTokens);
        for (const messages of [renderConversation(prompts, request, maxTokens), joint]) {
          const text = messages.map(({ content }) => content).join("\n");
          expect(text).toContain(createSearchSpace(tinySpec).describe());
          expect(text).not.toMatch(leaks);
        }
        expect(joint.at(-1)?.content).toMatch(/\b7 /);
      }
    }
  });

  it("asks for the sections that the report and the Generator know", async () => {
    const prompts = await loadPromptSet(folder, set, navigatorPrompts);
    const [system] = renderConversation(prompts, testRequest(0), 1_000_000);
    for (const part of [
      "## SUMMARY",
      "## KEY PATTERNS",
      "## NAVIGATION DIRECTIONS",
      "```directives",
    ]) {
      expect(system?.content).toContain(part);
    }
    const hints = { count: 7, visited: [], hasCostHints: false };
    const joint = renderJointConversation(prompts, { ...testRequest(0), ...hints }, 1_000_000);
    expect(joint[0]?.content).toContain("## CANDIDATES");
  });
});
