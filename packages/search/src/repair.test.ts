import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { foldEvents } from "./apply-event.js";
import { presets, type SearchConfig } from "./config.js";
import { searchEventSchema } from "./events.js";
import { funnel, repairedCount } from "./folds.js";
import type { Proposal } from "./roles.js";
import { createSearchBench } from "./testing.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };
const cheapest = space.notation(space.cheapest("macs")) as Record<string, unknown>;
const largest = space.notation(
  space.canonicalise(space.genes.map(({ choices }) => choices.length - 1)),
);

const proposals: readonly Proposal[] = [
  cheapest,
  { ...cheapest, r: 13 },
  { ...cheapest, r: 17 },
  { ...cheapest, w: 2 },
  largest,
  { note: "no architecture" },
].map((notation) => ({ text: JSON.stringify(notation), notation }));

async function search(config: Partial<SearchConfig>) {
  const bench = createSearchBench({
    config: { searcher: "collm", limits, iterations: 2, ...config },
    roles: { candidates: (request) => (request.iteration === 1 ? proposals : undefined) },
  });
  const state = await bench.run();
  const fates = (state.iterations.at(0)?.candidates ?? []).map(({ status, repair }) => [
    status.kind === "rejected" ? status.reason : status.kind,
    repair?.changes.join(", "),
  ]);
  return { ...bench, state, fates };
}

describe("repair", () => {
  it("is off unless asked for, also in the preset of the paper", async () => {
    expect((await search({})).fates.map(([fate]) => fate)).toEqual([
      "evaluated",
      "illegal",
      "illegal",
      "illegal",
      "over-limit",
      "illegal",
    ]);
    const { state } = await search(presets.collm.paper);
    expect(state.started?.config.repair).toBe("off");
    expect(repairedCount(state)).toBe(0);
  });

  it("moves illegal candidates to the nearest legal architecture, and marks them", async () => {
    const { state, fates } = await search({ repair: "legal" });
    expect(fates).toEqual([
      ["evaluated", undefined],
      ["duplicate", "r: 13 -> 12"],
      ["evaluated", "r: 17 -> 16"],
      ["illegal", undefined],
      ["over-limit", undefined],
      ["illegal", undefined],
    ]);
    expect(repairedCount(state)).toBe(2);
    expect(funnel(state)).toMatchObject({ proposed: 6 + 15, legal: 4 + 15 });
  });

  it("moves those over a limit below it, tells the roles, and repeats from the journal", async () => {
    const { state, fates, journal, roles } = await search({ repair: "limits" });
    expect(fates[4]?.[0]).toBe("evaluated");
    const repaired = state.iterations.at(0)?.candidates?.[4];
    expect(repaired?.isFeasible).toBe(true);
    expect(repaired?.repair?.problem).toMatch(/^macs \d+ is over the limit of \d+$/);
    const told = roles.strategyRequests.at(-1)?.trajectory[0];
    expect(told?.trials.find(({ candidateId }) => candidateId === repaired?.id)?.repairs).toEqual(
      repaired?.repair?.changes,
    );
    expect(told?.rejections.map(({ detail }) => detail)).toContain(
      "what it was repaired to (r: 13 -> 12) was proposed before",
    );
    const events = journal.events.map((event) =>
      searchEventSchema.parse(JSON.parse(JSON.stringify(event))),
    );
    expect(events).toEqual(journal.events);
    expect(foldEvents(events).iterations).toEqual(state.iterations);
  });
});
