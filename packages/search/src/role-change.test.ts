import { describe, expect, it } from "vitest";
import type { SearchEvent } from "./events.js";
import { replaySearch } from "./replay/replay-search.js";
import { roleChangeIn } from "./role-change.js";
import { searchStarted } from "./testing/search-started.js";
import { createSearchBench } from "./testing.js";

const config = { searcher: "collm", iterations: 4, budget: 40, candidatesPerIteration: 2 } as const;

/** A search in whose third round the Navigator is another one. */
async function searched(roles: Record<string, string>) {
  const bench = createSearchBench({
    events: [{ ...searchStarted(config), roles }],
    roles: {
      player: (request) =>
        "strategy" in request ? "scripted:g" : request.iteration < 3 ? "scripted:a" : "other:b",
    },
  });
  const state = await bench.run();
  return { state, events: bench.journal.events };
}

describe("a role that somebody else plays from an answer on", () => {
  it("is in the journal once, in the state, and in the replay", async () => {
    const { state, events } = await searched({ navigator: "scripted:a", generator: "scripted:g" });
    const change = { role: "navigator", iteration: 3, from: "scripted:a", to: "other:b" };
    expect(events.flatMap((event) => roleChangeIn(event) ?? [])).toEqual([change]);
    expect(state.roles).toEqual({ navigator: "other:b", generator: "scripted:g" });
    expect(state.iterations.at(2)?.roleChanges).toEqual([change]);
    // Who answered in whose place is judged by who was to play at the time of the answer.
    expect(state.iterations.map(({ standIns }) => standIns?.length ?? 0)).toEqual([0, 0, 1, 1]);
    const { divergence, reproduced } = await replaySearch(events);
    expect(divergence).toBeUndefined();
    expect(reproduced).toBe(events.length);
  });

  it("does not leave the journal unnoticed: a changed label diverges", async () => {
    const { events } = await searched({ navigator: "scripted:a", generator: "scripted:g" });
    const at = events.findIndex((event) => roleChangeIn(event));
    const edited = { ...events[at], roleChange: { from: "nobody", to: "other:b" } } as SearchEvent;
    const { divergence } = await replaySearch(events.with(at, edited));
    expect(divergence?.seq).toBe(at + 1);
  });

  it("is said of roles that nobody named at the start", async () => {
    const { events } = await searched({});
    expect(events.flatMap((event) => roleChangeIn(event) ?? [])).toMatchObject([
      { role: "navigator", iteration: 1, from: "unknown", to: "scripted:a" },
      { role: "generator", iteration: 1, from: "unknown", to: "scripted:g" },
      { role: "navigator", iteration: 3, to: "other:b" },
    ]);
  });
});
