import { createRng } from "@collm/search-space";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SearchConfig, searchConfigSchema } from "../config.js";
import type { SearchEvent } from "../events.js";
import {
  createFixedClock,
  createSearchBench,
  MemoryEvaluationStore,
  searchStarted,
  testSearchId,
} from "../testing.js";
import { replaySearch } from "./replay-search.js";

const algorithms = ["elitist", "spos", "autoformer"] as const;

interface Script {
  readonly searcher: SearchConfig["searcher"];
  readonly algorithm: (typeof algorithms)[number];
  readonly seed: number;
  /** Seed of arrival orders, failures, roles and interruptions. */
  readonly fate: number;
  readonly overLimit: SearchConfig["overLimit"];
  readonly lives: number;
  /** What the store holds before. */
  readonly storedSeed: number | undefined;
}

const scripts: fc.Arbitrary<Script> = fc.record({
  searcher: fc.constantFrom(...searchConfigSchema.shape.searcher.options),
  algorithm: fc.constantFrom(...algorithms.slice(0, 2)),
  seed: fc.nat(5),
  fate: fc.nat(100_000),
  overLimit: fc.constantFrom("reject" as const, "evaluate" as const),
  lives: fc.integer({ min: 1, max: 4 }),
  storedSeed: fc.option(fc.nat(3), { nil: undefined }),
});

/** A search with failures, deaths, interruptions and cancellations; gives its journal. */
async function scriptedSearch(script: Script): Promise<readonly SearchEvent[]> {
  const { searcher, algorithm, seed, fate, lives } = script;
  const config: Partial<SearchConfig> = {
    searcher,
    seed,
    overLimit: script.overLimit,
    budget: 14,
    candidatesPerIteration: 4,
    iterations: 5,
    generatorMemory: fate % 2 === 0,
    finalStrategy: fate % 3 === 0,
  };
  const [first] = [searchStarted(config)];
  const started = {
    ...first,
    config: { ...first.config, evolution: { ...first.config.evolution, algorithm, population: 4 } },
  };
  const rng = createRng("fate", fate);
  const store = await storeOf(script.storedSeed);
  let events: readonly SearchEvent[] = [started];
  for (let life = 1; life <= lives; life++) {
    const stop = new AbortController();
    const isLast = life === lives;
    // A death leaves no event behind; an interruption or a failing dispatcher leaves one.
    const end = isLast ? "none" : rng.pick(["death", "shutdown", "broken"] as const);
    const stopAt = events.length + 1 + rng.int(40);
    const bench = createSearchBench({
      events,
      store,
      roles: {
        strategy: ({ iteration }) =>
          rng.next() < 0.2 ? undefined : rng.next() < 0.1 ? " " : `Strategy ${iteration}`,
      },
      dispatcher: {
        arrivalSeed: fate + life,
        failure: ({ candidateId }, attempt) =>
          createRng(fate, candidateId, attempt).next() < 0.25
            ? { message: `fails ${attempt}`, isRetryable: attempt % 2 === 1 }
            : undefined,
      },
    });
    const append = bench.journal.append.bind(bench.journal);
    bench.journal.append = async (event) => {
      if (event.seq >= stopAt && end === "death") throw new Error("killed");
      await append(event);
      if (event.seq < stopAt) return;
      if (end === "shutdown") stop.abort({ kind: "shutdown", reason: "SIGTERM" });
      if (isLast && fate % 5 === 0 && life > 1) stop.abort({ kind: "cancel" });
    };
    const evaluate = bench.dispatcher.evaluate.bind(bench.dispatcher);
    bench.dispatcher.evaluate = (...call) =>
      end === "broken" && bench.journal.events.length >= stopAt
        ? Promise.reject(new Error("the evaluator is gone"))
        : evaluate(...call);
    const proposeCandidates = bench.roles.proposeCandidates.bind(bench.roles);
    bench.roles.proposeCandidates = async (...call) => {
      const answer = await proposeCandidates(...call);
      if (answer.kind === "failed") return answer;
      if (rng.next() < 0.2) return { kind: "failed", reason: "timeout", exchanges: [] };
      const odd = [{ text: "{", problem: "no JSON" }, { text: "7", notation: 7 }];
      return { ...answer, value: [...answer.value, ...odd.slice(0, rng.int(3))] };
    };
    await bench.run(stop.signal).catch(() => undefined);
    events = bench.journal.events;
    if (events.at(-1)?.type === "SearchFinished") break;
  }
  return events;
}

async function storeOf(seed: number | undefined): Promise<MemoryEvaluationStore> {
  const store = new MemoryEvaluationStore();
  if (seed === undefined) return store;
  const config = { searcher: "random" as const, budget: 20, seed };
  await createSearchBench({ config, store }).run();
  return store;
}

describe("replaySearch", () => {
  it("reproduces every searcher through failures, deaths and interruptions", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const events = await scriptedSearch(script);
        const replay = await replaySearch(events);
        expect(replay.divergence).toBeUndefined();
        expect(replay.reproduced).toBe(events.length);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("replays any beginning of a journal as far as it goes", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.nat(), async (script, cut) => {
        const events = await scriptedSearch(script);
        const beginning = events.slice(0, 1 + (cut % events.length));
        const replay = await replaySearch(beginning);
        expect(replay.divergence).toBeUndefined();
        expect(replay.reproduced).toBe(beginning.length);
      }),
      { numRuns: 50 },
    );
  }, 60_000);
});
void createFixedClock;
void testSearchId;
