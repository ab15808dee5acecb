import { createRng, nasBench201Spec, type SpaceSpec } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { type SearchConfig, searchConfigSchema } from "../config.js";
import type { SearchEvent } from "../events.js";
import { createSearchBench, MemoryEvaluationStore, searchStarted } from "../testing.js";

/** A search and everything that disturbs it. */
export interface Script {
  readonly searcher: SearchConfig["searcher"];
  readonly algorithm: "elitist" | "spos";
  readonly overLimit: SearchConfig["overLimit"];
  readonly repair: SearchConfig["repair"];
  /** Of a space of cells in which isomorphic ones count as one, or of the tiny space. */
  readonly hasCells: boolean;
  readonly seed: number;
  /** Seed of arrival orders, failures, roles, deaths and interruptions. */
  readonly fate: number;
  readonly lives: number;
  readonly staleness: number;
  readonly subBatches: number;
  /** Seed of an earlier search with the same store, if there was one. */
  readonly earlierSeed: number | undefined;
}

export const scripts: fc.Arbitrary<Script> = fc.record({
  searcher: fc.constantFrom(...searchConfigSchema.shape.searcher.options),
  algorithm: fc.constantFrom("elitist", "spos"),
  overLimit: fc.constantFrom("reject", "evaluate"),
  repair: fc.constantFrom("off", "legal", "limits"),
  hasCells: fc.boolean(),
  seed: fc.nat(5),
  fate: fc.nat(100_000),
  lives: fc.integer({ min: 1, max: 4 }),
  staleness: fc.constantFrom(0, 0, 1, 2),
  subBatches: fc.constantFrom(1, 3),
  earlierSeed: fc.option(fc.nat(3), { nil: undefined }),
});

/** How a life of the search may end before the search does; the last may leave no event of its own. */
const ends = ["interrupted", "evaluator gone", "death", "death, told by another"] as const;

/** Runs the script and gives its journal, finished or not. */
export async function runScript(script: Script): Promise<readonly SearchEvent[]> {
  const { fate, lives } = script;
  const store = await storeAfter(script);
  const rng = createRng("fate", fate);
  let events: readonly SearchEvent[] = [startOf(script)];
  for (let life = 1; life <= lives && events.at(-1)?.type !== "SearchFinished"; life++) {
    const isLast = life === lives;
    const end = isLast ? (fate % 5 === 0 ? "cancelled" : "none") : rng.pick(ends);
    events = await runLife(script, {
      events,
      store,
      life,
      end,
      lastSeq: events.length + rng.int(40),
    });
  }
  return events;
}

function specOf({ hasCells }: Script): SpaceSpec {
  return hasCells ? nasBench201Spec("cifar10") : tinySpec;
}

function startOf(script: Script): SearchEvent {
  const { searcher, algorithm, overLimit, repair, seed, fate, hasCells } = script;
  const { staleness, subBatches } = script;
  const config = {
    ...{ staleness, subBatches, resultShare: fate % 2 === 0 ? 0.25 : 0.75 },
    ...{ searcher, overLimit, repair, seed, budget: 14, candidatesPerIteration: 4, iterations: 5 },
    generatorMemory: fate % 2 === 0,
    finalStrategy: fate % 3 === 0,
    limits: fate % 4 === 0 ? { maxMacs: hasCells ? 60_000_000 : 60_000 } : {},
    isomorphs: hasCells ? ("merge" as const) : ("keep" as const),
  };
  const started = searchStarted(config, specOf(script));
  const evolution = { ...started.config.evolution, algorithm, population: 4 };
  return { ...started, config: { ...started.config, evolution } };
}

async function storeAfter(script: Script): Promise<MemoryEvaluationStore> {
  const store = new MemoryEvaluationStore();
  const { earlierSeed: seed } = script;
  if (seed === undefined) return store;
  const config = { searcher: "random", budget: 20, seed } as const;
  await createSearchBench({ config, store, spec: specOf(script) }).run();
  return store;
}

interface Life {
  readonly events: readonly SearchEvent[];
  readonly store: MemoryEvaluationStore;
  readonly life: number;
  readonly end: (typeof ends)[number] | "cancelled" | "none";
  /** The last event before the end, unless the search finishes earlier. */
  readonly lastSeq: number;
}

async function runLife(script: Script, { events, store, life, end, lastSeq }: Life) {
  const { fate } = script;
  const rng = createRng("life", fate, life);
  const players = createRng("players", fate, life);
  const stop = new AbortController();
  const bench = createSearchBench({
    events,
    store,
    spec: specOf(script),
    roles: {
      arrivalSeed: fate % 3 === 0 ? undefined : fate + life,
      // Replicas of which one knows of a change and the other does not yet.
      ...(fate % 2 === 0 ? { player: () => players.pick(["scripted:a", "scripted:b"]) } : {}),
      strategy: ({ iteration }) =>
        rng.pick([`Strategy ${iteration}`, `Strategy ${iteration}`, " ", undefined]),
    },
    dispatcher: {
      arrivalSeed: fate + life,
      failure: ({ candidateId }, attempt) =>
        createRng(fate, candidateId, attempt).next() < 0.25
          ? { message: `fails ${attempt}`, isRetryable: attempt % 2 === 1 }
          : undefined,
    },
  });
  const { journal, dispatcher, roles } = bench;
  const append = journal.append.bind(journal);
  journal.append = async (event) => {
    if (end.startsWith("death") && event.seq > lastSeq) throw new Error("killed");
    await append(event);
    if (event.seq < lastSeq) return;
    if (end === "interrupted")
      stop.abort({ kind: "shutdown", reason: "SIGTERM", cause: "shutdown" });
    if (end === "cancelled") stop.abort({ kind: "cancel" });
  };
  const evaluate = dispatcher.evaluate.bind(dispatcher);
  dispatcher.evaluate = (...call) =>
    end === "evaluator gone" && journal.events.length >= lastSeq
      ? Promise.reject(new Error("the evaluator is gone"))
      : evaluate(...call);
  const proposeCandidates = roles.proposeCandidates.bind(roles);
  roles.proposeCandidates = async (...call) => {
    const answer = await proposeCandidates(...call);
    const [fate5, oddities] = [rng.int(5), rng.int(4)];
    if (answer.kind === "failed") return answer;
    if (fate5 === 0) return { kind: "failed", reason: "timeout", exchanges: answer.exchanges };
    const odd = [
      { text: "{", problem: "no JSON" },
      { text: "7", notation: 7 },
      { text: "repairable", notation: { d: [1, 2], r: 13, "0-1": "identity" } },
    ];
    return { ...answer, value: [...answer.value, ...odd.slice(0, oddities)] };
  };
  await bench.run(stop.signal).catch(() => undefined);
  const [last] = journal.events.slice(-1);
  const isTold = last && end === "death, told by another" && last.type !== "SearchFinished";
  if (!isTold || last.type === "SearchInterrupted") return journal.events;
  const { v, searchId, at, seq } = last;
  const type = "SearchInterrupted" as const;
  return [
    ...journal.events,
    { v, searchId, at, seq: seq + 1, type, reason: "the coordinator died" },
  ];
}
