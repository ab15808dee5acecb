import { describe, expect, it } from "vitest";
import type { SearchConfig } from "./config.js";
import type { EventOf, SearchEvent, SearchEventType } from "./events.js";
import { archive, budgetSpent } from "./folds.js";
import type { EvaluationDispatcher, EvaluationRequest } from "./ports.js";
import { createSearcher } from "./searchers/create.js";
import { createSearchBench, type SearchBenchOptions } from "./testing.js";

const config: Partial<SearchConfig> = {
  searcher: "collm",
  candidatesPerIteration: 8,
  budget: 40,
  seed: 3,
  staleness: 1,
  resultShare: 0.5,
};

function indicesOf(events: readonly SearchEvent[], type: SearchEventType, iteration: number) {
  return events.flatMap((event, i) =>
    event.type === type && "iteration" in event && event.iteration === iteration ? [i] : [],
  );
}

function allOf<T extends SearchEventType>(events: readonly SearchEvent[], type: T) {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

interface Options extends SearchBenchOptions {
  /** Evaluations that take far longer than the others. */
  readonly slow?: (request: EvaluationRequest) => boolean;
}

async function searched({ slow = () => false, ...options }: Options = {}) {
  const bench = createSearchBench({
    dispatcher: { arrivalSeed: 1 },
    ...options,
    config: { ...config, ...options.config },
  });
  const evaluate = bench.dispatcher.evaluate.bind(bench.dispatcher);
  bench.dispatcher.evaluate = async (request, ...rest) => {
    for (let turn = 0; slow(request) && turn < 2_000; turn++) await undefined;
    return evaluate(request, ...rest);
  };
  const state = await bench.run();
  return { ...bench, state, events: bench.journal.events };
}

describe("a search with staleness", () => {
  it("asks the Navigator when the share of a round is in, with the results that are", async () => {
    const { events, roles } = await searched();
    const [asked = 0] = indicesOf(events, "StrategyRequested", 2);
    const before = indicesOf(events, "EvaluationCompleted", 1).filter((i) => i < asked);
    expect(before).toHaveLength(4);
    const [told] = roles.strategyRequests[1]?.trajectory ?? [];
    expect(told).toMatchObject({ index: 1, pendingCount: 4, trials: { length: 4 } });
    // In the end it was told everything.
    const last = roles.strategyRequests.at(-1)?.trajectory ?? [];
    expect(last[0]).toMatchObject({ index: 1, trials: { length: 8 } });
    expect(last[0]).not.toHaveProperty("pendingCount");
  });

  it("is never further ahead than it says", async () => {
    for (const staleness of [1, 2, 3]) {
      const { events } = await searched({
        config: { staleness, resultShare: 0.1, budget: 60, candidatesPerIteration: 4 },
        dispatcher: { arrivalSeed: staleness },
        slow: ({ candidateId }) => candidateId.endsWith(".2"),
      });
      const asked = allOf(events, "StrategyRequested").map(({ iteration }) => iteration);
      const ahead = asked.map((iteration) => {
        const [at = 0] = indicesOf(events, "StrategyRequested", iteration);
        const isOpen = (earlier: number) =>
          (indicesOf(events, "EvaluationCompleted", earlier).at(-1) ?? 0) > at;
        const open = asked.filter((earlier) => earlier < iteration && isOpen(earlier));
        return iteration - Math.min(iteration, ...open);
      });
      expect(Math.max(...ahead)).toBe(staleness);
    }
  });

  it("spends the budget to the last evaluation and never more, also with sub-batches", async () => {
    for (const subBatches of [1, 3]) {
      const { state } = await searched({ config: { staleness: 2, subBatches, budget: 37 } });
      expect(state.finishReason).toBe("budget");
      expect(budgetSpent(state)).toBe(37);
      expect(archive(state)).toHaveLength(37);
    }
  });

  it("ends at the target only when nothing is under way any more", async () => {
    const { events, state } = await searched({ config: { targetTop1Percent: 20 } });
    expect(state.finishReason).toBe("target");
    expect(events.at(-1)?.type).toBe("SearchFinished");
    expect(allOf(events, "EvaluationRequested")).toHaveLength(archive(state).length);
  });

  it("gives evaluators work while a model thinks", async () => {
    const [paper, pipelined] = await Promise.all([0, 1].map((staleness) => busyShare(staleness)));
    expect(paper).toBeLessThan(0.7);
    expect(pipelined).toBeGreaterThan(0.9);
  });
});

describe("sub-batches", () => {
  it("divide a round among calls with seeds of their own, and are one round", async () => {
    const { events, roles, state } = await searched({
      config: { subBatches: 3, budget: 24 },
      roles: { arrivalSeed: 5 },
    });
    const [first] = allOf(events, "CandidatesRequested");
    expect(first).toMatchObject({ iteration: 1, count: 8, subBatches: 3 });
    const calls = roles.candidatesRequests.filter(({ iteration }) => iteration === 1);
    expect(calls.map(({ count }) => count)).toEqual([3, 3, 2]);
    expect(new Set(calls.map(({ seed }) => seed)).size).toBe(3);
    const proposed = allOf(events, "CandidatesProposed").filter(({ iteration }) => iteration === 1);
    expect(proposed.map(({ subBatch }) => subBatch).sort()).toEqual([1, 2, 3]);
    const ids = state.iterations.at(0)?.candidates?.map(({ id }) => id);
    expect(ids).toEqual(["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"]);
  });

  it("are evaluated as they come, before the last is there", async () => {
    const { events } = await searched({ config: { subBatches: 4 }, roles: { arrivalSeed: 2 } });
    const proposed = indicesOf(events, "CandidatesProposed", 1);
    expect(indicesOf(events, "EvaluationCompleted", 1)[0]).toBeLessThan(proposed.at(-1) ?? 0);
  });

  it("make up for one that fails, and sampling for all", async () => {
    const failing = (fails: (subBatch: number | undefined) => boolean) =>
      searched({
        config: { subBatches: 2, iterations: 1 },
        roles: {
          candidates: (request) =>
            fails("subBatch" in request ? request.subBatch : undefined)
              ? undefined
              : [{ text: "{}", notation: {} }],
        },
      });
    const one = await failing((subBatch) => subBatch === 1);
    expect(allOf(one.events, "Degraded")).toMatchObject([{ role: "generator", subBatch: 1 }]);
    expect(one.state.iterations.at(0)?.candidates).toHaveLength(1);
    const all = await failing(() => true);
    expect(allOf(all.events, "Degraded")).toHaveLength(2);
    expect(all.state.iterations.at(0)?.candidates?.[0]?.origin).toBe("fallback");
    expect(all.state.iterations.at(0)?.candidates).toHaveLength(8);
  });
});

/** Share of the time in which two evaluators are busy, a model's answer taking as long as two batches. */
async function busyShare(staleness: number): Promise<number> {
  const evaluationTurns = 200;
  let turn = 0;
  let busy = 0;
  let firstAt: number | undefined;
  let lastAt = 0;
  // Turns of the microtask queue are the time.
  let isOver = false;
  const time = (async () => {
    for (; !isOver; turn++) await undefined;
  })();
  const waits = async (turns: number): Promise<void> => {
    for (const until = turn + turns; turn < until; ) await undefined;
  };
  let asked = 0;
  const seats = [Promise.resolve(), Promise.resolve()];
  const bench = createSearchBench({
    config: { ...config, staleness, iterations: 6, budget: 48, resultShare: 0.25 },
  });
  const dispatcher: EvaluationDispatcher = {
    evaluate: async (...call) => {
      const seat = asked++ % 2;
      const before = seats[seat];
      const outcome = bench.dispatcher.evaluate(...call);
      const work = (async () => {
        await before;
        firstAt ??= turn;
        await waits(evaluationTurns);
        busy += evaluationTurns;
        lastAt = turn;
      })();
      seats[seat] = work;
      await work;
      return outcome;
    },
  };
  const strategy = bench.roles.proposeStrategy.bind(bench.roles);
  bench.roles.proposeStrategy = async (request) => {
    await waits(2 * evaluationTurns);
    return strategy(request);
  };
  const run = createSearchBench({
    events: bench.journal.events,
    searcher: createSearcher("collm"),
    ports: { dispatcher, roles: bench.roles, store: bench.store },
  });
  await run.run();
  isOver = true;
  await time;
  return busy / (2 * (lastAt - (firstAt ?? 0)));
}
