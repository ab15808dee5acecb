import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldEvents } from "../apply-event.js";
import type { SearchConfig } from "../config.js";
import type { EventOf, SearchEvent } from "../events.js";
import { archive, best, budgetSpent } from "../folds.js";
import { parseSearchId } from "../identifiers.js";
import { runSearch } from "../loop.js";
import { replaySearch } from "../replay/replay-search.js";
import { runScript, scripts } from "../replay/scripted-search.fixture.js";
import { createSearcher } from "../searchers/create.js";
import {
  createFixedClock,
  createSearchBench,
  MemoryJournal,
  type SearchBenchOptions,
} from "../testing.js";
import { forkableCount, forkEvents, lastSeqOfIteration } from "./fork-events.js";

const searchId = parseSearchId("fork");
const config = { budget: 12, candidatesPerIteration: 4, seed: 1 };

async function searched(options: SearchBenchOptions = {}): Promise<readonly SearchEvent[]> {
  const bench = createSearchBench({ config, ...options });
  await bench.run();
  return bench.journal.events;
}

function configOf(events: readonly SearchEvent[]): SearchConfig {
  return (events[0] as EventOf<"SearchStarted">).config;
}

/** Forks with some changes of the configuration; throws what it is refused for. */
function forked(
  events: readonly SearchEvent[],
  at: number,
  change: Partial<SearchConfig> = {},
): readonly SearchEvent[] {
  const fork = forkEvents(events, { searchId, at, config: { ...configOf(events), ...change } });
  if (fork.kind === "refused") throw new Error(JSON.stringify(fork.problem));
  return fork.events;
}

/** Lets a fork go on to its end with ports in memory, and gives its journal. */
async function goneOn(events: readonly SearchEvent[]): Promise<readonly SearchEvent[]> {
  const { supernet } = events[0] as EventOf<"SearchStarted">;
  const { store, roles, dispatcher } = createSearchBench({ spec: supernet.space });
  const journal = new MemoryJournal(events);
  const ports = { journal, store, roles, dispatcher, clock: createFixedClock() };
  const searcher = createSearcher(configOf(events).searcher);
  await runSearch(searchId, searcher, foldEvents(events), ports, new AbortController().signal);
  return journal.events;
}

describe("forkEvents", () => {
  it("goes on from any event of any search with another seed, and the fork can be replayed", async () => {
    const property = fc.asyncProperty(scripts, fc.nat(), async (script, place) => {
      const events = await runScript(script);
      const at = 1 + (place % forkableCount(events));
      const change = { seed: 99, budget: 18, iterations: 7 };
      const copied = forked(events, at, change);
      expect(copied).toHaveLength(at);
      const spent = budgetSpent(foldEvents(events.slice(0, at)));
      expect(budgetSpent(foldEvents(copied))).toBe(spent);

      const whole = await goneOn(copied);
      expect(whole.slice(0, at)).toEqual(copied);
      expect(whole.at(-1)?.type).toBe("SearchFinished");
      expect(new Set(whole.map((event) => event.searchId))).toEqual(new Set([searchId]));
      const replay = await replaySearch(whole);
      expect(replay.divergence).toBeUndefined();
      expect(replay).toMatchObject({ takenOver: at, reproduced: whole.length });
    });
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);

  it("names the search and the event that it comes from", async () => {
    const events = await searched();
    expect(forked(events, 7)[0]).toMatchObject({
      searchId,
      forkedFrom: { searchId: events[0]?.searchId, seq: 7 },
    });
  });

  it("makes the same search when nothing is changed", async () => {
    const events = await searched();
    const whole = await goneOn(forked(events, 9));
    expect(best(foldEvents(whole))?.architecture).toEqual(best(foldEvents(events))?.architecture);
  });

  it("carries no end and no opened test", async () => {
    const events = await searched();
    const end = events.length;
    expect(forkableCount(events)).toBe(end - 1);
    for (const at of [0, 2.5, end, end + 1]) {
      expect(() => forked(events, at, { budget: 20 })).toThrow(
        `1 to ${end - 1}: event ${end} is SearchFinished`,
      );
    }
    expect(archive(foldEvents(await goneOn(forked(events, end - 1, { budget: 20 }))))).toHaveLength(
      20,
    );
  });

  it.each([
    ["a budget that is spent", { budget: 12 }, "more than 12, which are spent"],
    ["less than is spent", { budget: 7 }, "at least 12, which are spent"],
    ["fewer iterations than there were", { iterations: 2 }, "at least 3, which have begun"],
    ["as many iterations", { iterations: 3, budget: 20 }, "more than 3, which are over"],
    ["a target that is reached", { targetTop1Percent: 30, budget: 20 }, "which is reached"],
    ["other isomorphs", { isomorphs: "merge" }, "keep, as in the search forked"],
  ] as const)("refuses %s", async (_, change, allowed) => {
    const events = await searched();
    expect(() => forked(events, forkableCount(events), change)).toThrow(allowed);
  });

  it("refuses to be less stale than the rounds that it takes over", async () => {
    const events = await searched({ config: { ...config, staleness: 2 } });
    expect(() => forked(events, 9, { staleness: 1 })).toThrow("at least 2, as in the search");
    expect(best(foldEvents(await goneOn(forked(events, 9, { staleness: 3 }))))).toBeDefined();
  });

  it("judges what was evaluated by the new limits", async () => {
    const events = await searched();
    const winner = best(foldEvents(events));
    const maxMacs = (winner?.cost.macs ?? 0) - 1;
    const state = foldEvents(
      forked(events, events.length - 1, { limits: { maxMacs }, budget: 20 }),
    );
    expect(archive(state)).toHaveLength(12);
    expect(best(state)?.cost.macs).toBeLessThanOrEqual(maxMacs);
  });

  it("lets a candidate be proposed again that only an old limit or budget kept out", async () => {
    const [small] = archive(foldEvents(await searched({ config: { ...config, budget: 1 } })));
    const notation = small?.notation;
    const answer = [notation, notation].map((one) => ({ text: "", notation: one }));
    const collm = { ...config, searcher: "collm", iterations: 2 } as const;
    const roles = { candidates: () => answer };
    const limits = { maxMacs: (small?.cost?.macs ?? 0) - 1 };
    const events = await searched({ config: { ...collm, limits }, roles });
    const isRejected = (event: SearchEvent) => event.type === "CandidateRejected";
    expect(events.filter(isRejected)).toMatchObject([
      { reason: "over-limit", canonical: small?.architecture.canonical },
      { reason: "duplicate" },
      { reason: "duplicate" },
      { reason: "duplicate" },
    ]);
    const at = forkableCount(events);
    const copied = forked(events, at, { limits: {}, iterations: 3 });
    expect(copied.filter(isRejected)).not.toContainEqual(
      expect.objectContaining({ canonical: expect.anything() }),
    );
    expect(foldEvents(copied).seen.size).toBe(0);
    expect(foldEvents(forked(events, at, { iterations: 3 })).seen.size).toBe(1);
  });
});

describe("lastSeqOfIteration", () => {
  it("is the last event of the iteration, or undefined", async () => {
    const events = await searched();
    const at = lastSeqOfIteration(events, 2) ?? 0;
    expect(events[at - 1]).toMatchObject({ type: "EvaluationCompleted", iteration: 2 });
    expect(events[at]).toMatchObject({ iteration: 3 });
    expect(lastSeqOfIteration(events, 0)).toBe(1);
    expect(lastSeqOfIteration(events, 9)).toBeUndefined();
  });
});
