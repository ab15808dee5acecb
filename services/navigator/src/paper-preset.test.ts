import { loadPromptSet } from "@collm/llm";
import { type Proposal, presets } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { navigatorPrompts, renderConversation } from "./conversation.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };
const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
const candidates: readonly Proposal[] = [
  { text: "{", problem: "no JSON" },
  ...[{ ks: [3] }, space.cheapest("macs"), space.cheapest("macs"), largest].map((one) => {
    const notation = "ks" in one ? one : space.notation(one);
    return { text: JSON.stringify(notation), notation };
  }),
];

/** Every conversation of a search whose Generator writes all sorts of candidates, as one text. */
async function conversationsOf(preset: "default" | "paper", maxTokens: number): Promise<string> {
  const folder = new URL("../prompts/", import.meta.url);
  const prompts = await loadPromptSet(folder, "default", navigatorPrompts);
  const bench = createSearchBench({
    config: { searcher: "collm", ...presets.collm[preset], limits, iterations: 3 },
    roles: { candidates: () => candidates },
  });
  await bench.run();
  return bench.roles.strategyRequests
    .flatMap((request) => renderConversation(prompts, request, maxTokens))
    .map(({ content }) => content)
    .join("\n");
}

const rejection = /unparsable|illegal|duplicate|not evaluated|were not/i;

// Algorithm 1, step 3b: what is illegal or visited is dropped silently.
describe("the Navigator's conversation with the paper preset", () => {
  it.each([1, 1_000_000])("says no word about rejected candidates (budget %i)", async (tokens) => {
    const text = await conversationsOf("paper", tokens);
    expect(text).not.toMatch(rejection);
    expect(text).toContain("OVER THE LIMIT");
    expect(text).toContain(JSON.stringify(space.notation(largest)));
  });

  it.each([1, 1_000_000])("differs in that from the default preset (budget %i)", async (tokens) => {
    const text = await conversationsOf("default", tokens);
    for (const reason of ["unparsable", "illegal", "duplicate", "over-limit"]) {
      expect(text).toContain(`- ${reason} (`);
    }
  });
});
