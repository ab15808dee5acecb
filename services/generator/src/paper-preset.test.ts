import { loadPromptSet } from "@collm/llm";
import { presets } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { generatorPrompts, renderConversation } from "./conversation.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };

/** The conversations of a search of three rounds. */
async function conversationsOf(preset: "default" | "paper"): Promise<readonly string[]> {
  const folder = new URL("../prompts/", import.meta.url);
  const prompts = await loadPromptSet(folder, "default", generatorPrompts);
  const bench = createSearchBench({
    config: { searcher: "collm", ...presets.collm[preset], limits, iterations: 3 },
    roles: { strategy: ({ iteration }) => `Strategy ${iteration}.` },
  });
  await bench.run();
  return bench.roles.candidatesRequests.map((request) =>
    renderConversation(prompts, request)
      .map(({ content }) => content)
      .join("\n"),
  );
}

describe("the Generator's conversation with the paper preset", () => {
  it("holds the strategy and general instructions, the same in every round", async () => {
    const texts = await conversationsOf("paper");
    expect(texts).toHaveLength(3);
    for (const [i, text] of texts.entries()) {
      expect(text).not.toMatch(/What choices cost|proposed before|Earlier rounds|% top-1/);
      expect(text.replace(`Strategy ${i + 1}.`, "Strategy 1.")).toBe(texts[0]);
    }
  });

  it("differs in costs and visited architectures from the default preset", async () => {
    const texts = await conversationsOf("default");
    expect(texts.every((text) => text.includes("What choices cost"))).toBe(true);
    expect(texts.at(-1)).toContain("proposed before");
  });
});
