import { createSearchSpace, isFeasible } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SearchConfig } from "./config.js";
import type { SearchEventType } from "./events.js";
import { archive, best, budgetSpent, funnel } from "./folds.js";
import { parseSearchId } from "./identifiers.js";
import { runSearch } from "./loop.js";
import type { Proposal } from "./roles.js";
import { createSearcher } from "./searchers/create.js";
import { createSearchBench, MemoryEvaluationStore, type MemoryJournal } from "./testing.js";

const space = createSearchSpace(tinySpec);
const limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };
const collm: Partial<SearchConfig> = { searcher: "collm", limits, candidatesPerIteration: 5 };

function proposal(notation: unknown): Proposal {
  return { text: JSON.stringify(notation), notation };
}

function count(journal: MemoryJournal, type: SearchEventType): number {
  return journal.events.filter((event) => event.type === type).length;
}

describe("runSearch", () => {
  it("stops at the target before it asks for another strategy", async () => {
    const bench = createSearchBench({ config: { ...collm, targetTop1Percent: 20 } });
    const state = await bench.run();
    expect(state.finishReason).toBe("target");
    expect(state.iterations).toHaveLength(1);
    expect(bench.roles.strategyRequests).toHaveLength(1);
  });

  it("stops after its iterations", async () => {
    const bench = createSearchBench({ config: { ...collm, iterations: 3 } });
    const state = await bench.run();
    expect(state).toMatchObject({ finishReason: "iterations", iterations: { length: 3 } });
  });

  it("never spends more than the budget on a generator that proposes too much", async () => {
    const bench = createSearchBench({
      config: { searcher: "collm", budget: 7, candidatesPerIteration: 5 },
      roles: {
        candidates: ({ iteration }) =>
          Array.from({ length: 9 }, (_, i) => {
            // Of nine, eight are distinct: resolution and depths from the number, the rest lowest.
            const digits = [(i % 8) % 3, Math.floor((i % 8) / 3), iteration % 3];
            const choices = space.genes.map((_gene, gene) => digits[gene] ?? 0);
            return proposal(space.notation(space.canonicalise(choices)));
          }),
      },
    });
    const state = await bench.run();
    expect(state.finishReason).toBe("budget");
    expect(budgetSpent(state)).toBe(7);
    const reasons = state.iterations
      .flatMap(({ candidates = [] }) => candidates)
      .flatMap(({ status }) => (status.kind === "rejected" ? [status.reason] : []));
    expect(reasons).toEqual(["surplus", "duplicate"]);
  });

  it("asks for no more than the rest of the budget", async () => {
    const bench = createSearchBench({
      config: { ...collm, limits: {}, budget: 12, iterations: 9 },
    });
    await bench.run();
    const asked = bench.roles.candidatesRequests.map((request) => request.count);
    expect(asked.slice(0, 2)).toEqual([5, 5]);
    expect(asked.slice(2).every((rest) => rest >= 1 && rest <= 2)).toBe(true);
  });

  it("ends as stalled after 10 rounds in which nothing was evaluated", async () => {
    const searcher = {
      ...createSearcher("random"),
      propose: () => ({ kind: "candidates", origin: "random", architectures: [] }) as const,
    };
    const state = await createSearchBench({ searcher }).run();
    expect(state).toMatchObject({ finishReason: "stalled", iterations: { length: 10 } });
  });

  it("finds a duplicate inside one batch, also in another encoding", async () => {
    const small = space.notation(space.cheapest("macs")) as Record<string, number[]>;
    const other = { ...small, ks: small.ks?.map((kernel) => (kernel === 0 ? 7 : kernel)) };
    const bench = createSearchBench({
      config: { ...collm, iterations: 1 },
      roles: { candidates: () => [proposal(small), proposal(other)] },
    });
    const state = await bench.run();
    expect(state.iterations.at(0)?.candidates?.map(({ status }) => status)).toMatchObject([
      { kind: "evaluated" },
      { kind: "rejected", reason: "duplicate" },
    ]);
  });

  it("keeps the first of equally accurate candidates", async () => {
    const bench = createSearchBench({
      config: { budget: 12 },
      dispatcher: { top1Percent: () => 50, arrivalSeed: 4 },
    });
    expect(best(await bench.run())?.id).toBe("1.1");
  });

  it("takes results of earlier searches from the store, and charges them to the budget", async () => {
    const store = new MemoryEvaluationStore();
    const config: Partial<SearchConfig> = { budget: 20, seed: 3 };
    await createSearchBench({ config, store }).run();
    const second = createSearchBench({ config, store });
    const state = await second.run();
    expect(second.dispatcher.runs.size).toBe(0);
    expect(budgetSpent(state)).toBe(20);
    expect(archive(state).every(({ status }) => status.isStored)).toBe(true);
    expect(count(second.journal, "EvaluationStarted")).toBe(0);
  });

  it("gives every run a monotone funnel within the budget, whatever the roles answer", {
    timeout: 60_000,
  }, async () => {
    const notation = fc.oneof(
      fc
        .tuple(...space.genes.map((gene) => fc.nat(gene.choices.length - 1)))
        .map((choices) => space.notation(space.canonicalise(choices))),
      fc.jsonValue(),
    );
    const answer = fc.option(
      fc.array(
        fc.oneof(
          notation.map(proposal),
          fc.string().map((text) => ({ text })),
        ),
        { maxLength: 9 },
      ),
      { nil: undefined },
    );
    const strategies = fc.array(fc.option(fc.string(), { nil: undefined }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 6 }),
        strategies,
        fc.constantFrom("reject", "evaluate"),
        fc.integer({ min: 1, max: 30 }),
        async (answers, texts, overLimit, budget) => {
          const bench = createSearchBench({
            config: { ...collm, overLimit, budget, iterations: 8 },
            roles: {
              strategy: ({ iteration }) => texts[iteration % texts.length],
              candidates: ({ iteration }) => answers[iteration % answers.length],
            },
            dispatcher: { arrivalSeed: budget },
          });
          const state = await bench.run();
          const { proposed, parsed, legal, novel, evaluated, feasible } = funnel(state);
          const steps = [proposed, parsed, legal, novel, evaluated];
          expect(steps).toEqual([...steps].sort((a, b) => b - a));
          expect(feasible).toBeLessThanOrEqual(novel);
          expect(budgetSpent(state)).toBeLessThanOrEqual(budget);
          expect(state.phase).toBe("finished");
          for (const trial of archive(state)) {
            expect(trial.isFeasible).toBe(isFeasible(trial.cost, limits));
            expect(trial.isFeasible || overLimit === "evaluate").toBe(true);
          }
        },
      ),
      { seed: 2, numRuns: 40 },
    );
  });

  it("needs processor time in proportion to the evaluations", { timeout: 60_000 }, async () => {
    // Measured: 0.5 to 1 ms per evaluation, also for 4,000. The limit only catches quadratic time.
    const begin = process.cpuUsage();
    const bench = createSearchBench({ config: { searcher: "evolution", budget: 1_000 } });
    const state = await bench.run();
    const { user, system } = process.cpuUsage(begin);
    expect(archive(state)).toHaveLength(1_000);
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  it("refuses a journal of another search", async () => {
    const bench = createSearchBench();
    const state = await bench.run();
    const ports = { ...bench, clock: { now: () => new Date(0) } };
    const { signal } = new AbortController();
    await expect(
      runSearch(parseSearchId("other"), createSearcher("random"), state, ports, signal),
    ).rejects.toThrow("not of other");
  });
});

describe("runSearch with roles that fail", () => {
  const garbage: Record<string, () => readonly Proposal[] | undefined> = {
    silence: () => undefined,
    "empty lists": () => [],
    prose: () => [{ text: "I cannot do that.", problem: "no JSON" }],
    "illegal architectures": () => [proposal({ ks: [3] }), proposal(7), proposal(null)],
    "the same architecture": () => [proposal(space.notation(space.cheapest("macs")))],
  };

  it.each(Object.keys(garbage))(
    "finishes with a best on a Generator that gives %s",
    async (name) => {
      const bench = createSearchBench({
        config: { ...collm, iterations: 20, budget: 30 },
        roles: { candidates: garbage[name] ?? (() => []) },
      });
      const state = await bench.run();
      expect(state.phase).toBe("finished");
      expect(best(state)?.isFeasible).toBe(true);
      expect(archive(state).length).toBeGreaterThanOrEqual(15);
      expect(count(bench.journal, "Degraded")).toBeGreaterThan(0);
    },
  );

  it("leaves the last strategy in force when the Navigator is silent", async () => {
    const bench = createSearchBench({
      config: { ...collm, iterations: 4 },
      roles: { strategy: ({ iteration }) => ["", " \n", "Go deep.", undefined, ""][iteration] },
    });
    await bench.run();
    expect(bench.roles.candidatesRequests.map(({ strategy }) => strategy)).toEqual([
      "No strategy yet: propose diverse candidates.",
      "Go deep.",
      "Go deep.",
      "Go deep.",
    ]);
    const fallbacks = bench.journal.events.flatMap((event) =>
      event.type === "Degraded" ? [event.fallback] : [],
    );
    expect(fallbacks).toEqual([
      "there is no strategy yet, any candidates are asked for",
      "the last strategy stays in force",
      "the last strategy stays in force",
    ]);
  });

  it("finishes with a best when both roles fail, and says so in each iteration", async () => {
    const bench = createSearchBench({
      config: { ...collm, iterations: 3 },
      roles: { strategy: () => undefined, candidates: () => undefined },
    });
    const state = await bench.run();
    expect(archive(state)).toHaveLength(15);
    for (const { degraded, candidates = [] } of state.iterations) {
      expect(degraded.map(({ role }) => role)).toEqual(["navigator", "generator"]);
      expect(new Set(candidates.map(({ origin }) => origin))).toEqual(new Set(["fallback"]));
    }
  });

  it("gives the Generator three fruitless answers, then one between stand-ins", async () => {
    const bench = createSearchBench({
      config: { ...collm, iterations: 8 },
      roles: { candidates: () => [proposal("nonsense")] },
    });
    const state = await bench.run();
    expect(state.iterations.map(({ candidates }) => candidates?.[0]?.origin)).toEqual([
      "generator",
      "generator",
      "generator",
      "fallback",
      "generator",
      "fallback",
      "generator",
      "fallback",
    ]);
  });

  it("does not blame the Generator for evaluations that fail", async () => {
    const bench = createSearchBench({
      config: { ...collm, limits: {}, iterations: 6 },
      dispatcher: { failure: () => ({ message: "broken", isRetryable: false }) },
    });
    await bench.run();
    expect(count(bench.journal, "Degraded")).toBe(0);
  });
});
