import { describe, expect, it } from "vitest";
import { archive, best, repeatedEvaluations } from "./folds.js";
import type { EvaluationDispatcher, Roles } from "./ports.js";
import {
  createSearchBench,
  decisionsOf,
  MemoryEvaluationStore,
  type SearchBench,
  SyntheticDispatcher,
} from "./testing.js";

const config = { budget: 10, candidatesPerIteration: 5, seed: 1 };
const never = (): Promise<never> => new Promise(() => undefined);

function lastEvent(bench: SearchBench) {
  return bench.journal.events.at(-1);
}

/** A dispatcher that the test answers; calls resolve once `reached` evaluations wait. */
function manualDispatcher(reached: number) {
  const started: (() => void)[] = [];
  let tellReached: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => {
    tellReached = resolve;
  });
  const dispatcher: EvaluationDispatcher = {
    evaluate: (_request, _signal, onStarted) => {
      started.push(onStarted);
      if (started.length === reached) tellReached();
      return never();
    },
  };
  return { dispatcher, started, isReached };
}

describe("a search that is told to stop", () => {
  it("ends as cancelled with its best so far", async () => {
    const stop = new AbortController();
    const bench = createSearchBench({ config: { ...config, budget: 500 } });
    const evaluate = bench.dispatcher.evaluate.bind(bench.dispatcher);
    bench.dispatcher.evaluate = (...call) => {
      if (bench.dispatcher.runs.size >= 10) stop.abort({ kind: "cancel" });
      return evaluate(...call);
    };
    const state = await bench.run(stop.signal);
    expect(lastEvent(bench)).toMatchObject({
      type: "SearchFinished",
      reason: "cancelled",
      bestCandidateId: best(state)?.id,
    });
    expect(archive(state).length).toBeGreaterThanOrEqual(10);
  });

  it.each(["proposeStrategy", "proposeCandidates"] as const)(
    "does not wait for a %s that ignores its signal",
    async (method) => {
      const stop = new AbortController();
      const bench = createSearchBench({ config: { ...config, searcher: "collm" } });
      let wasSignalled = false;
      const roles: Roles = Object.assign(bench.roles, {
        [method]: (_: unknown, signal: AbortSignal) => {
          signal.addEventListener("abort", () => {
            wasSignalled = true;
          });
          stop.abort({ kind: "shutdown", reason: "SIGTERM" });
          return never();
        },
      });
      expect(roles).toBe(bench.roles);
      const state = await bench.run(stop.signal);
      expect(state).toMatchObject({ phase: "interrupted", interruption: "SIGTERM" });
      expect(wasSignalled).toBe(true);
    },
  );

  it("does not wait for evaluations that ignore their signal, and journals nothing they do later", async () => {
    const stop = new AbortController();
    const { dispatcher, started, isReached } = manualDispatcher(5);
    const bench = createSearchBench({ config, ports: { dispatcher } });
    const running = bench.run(stop.signal);
    await isReached;
    started[0]?.();
    stop.abort({ kind: "shutdown", reason: "SIGTERM" });
    const state = await running;
    expect(state.phase).toBe("interrupted");
    const events = [...bench.journal.events];
    expect(events.filter(({ type }) => type === "EvaluationStarted")).toHaveLength(1);
    started[1]?.();
    await Promise.resolve();
    expect(bench.journal.events).toEqual(events);
  });

  it("takes any other abort as a shutdown", async () => {
    const bench = createSearchBench({ config });
    const state = await bench.run(AbortSignal.abort(new Error("deadline")));
    expect(state).toMatchObject({ phase: "interrupted", interruption: "deadline" });
  });

  it("can be cancelled while it is interrupted", async () => {
    const bench = createSearchBench({ config });
    await bench.run(AbortSignal.abort({ kind: "shutdown", reason: "SIGTERM" }));
    await bench.run(AbortSignal.abort({ kind: "cancel" }));
    expect(bench.journal.events.map(({ type }) => type)).toEqual([
      "SearchStarted",
      "SearchInterrupted",
      "SearchFinished",
    ]);
  });
});

describe("a search whose port throws", () => {
  it("is interrupted with the reason, throws, and can go on", async () => {
    const undisturbed = createSearchBench({ config: { ...config, searcher: "collm" } });
    await undisturbed.run();

    const bench = createSearchBench({ config: { ...config, searcher: "collm" } });
    const broken = createSearchBench({
      events: bench.journal.events,
      ports: {
        roles: {
          proposeStrategy: () => {
            throw new Error("no such service");
          },
          proposeCandidates: never,
          proposeStrategyAndCandidates: never,
        },
      },
    });
    await expect(broken.run()).rejects.toThrow("no such service");
    expect(lastEvent(broken)).toMatchObject({
      type: "SearchInterrupted",
      reason: "no such service",
    });
    const resumed = createSearchBench({ events: broken.journal.events });
    await resumed.run();
    expect(decisionsOf(resumed.journal.events)).toEqual(decisionsOf(undisturbed.journal.events));
  });

  it("keeps the results of the evaluations beside the one whose dispatch failed", async () => {
    const bench = createSearchBench({ config, dispatcher: { arrivalSeed: 1 } });
    const evaluate = bench.dispatcher.evaluate.bind(bench.dispatcher);
    bench.dispatcher.evaluate = (request, ...rest) =>
      request.candidateId === "1.2"
        ? Promise.reject(new Error("no evaluator"))
        : evaluate(request, ...rest);
    await expect(bench.run()).rejects.toThrow("no evaluator");
    expect(bench.dispatcher.runs.size).toBe(4);
    const types = bench.journal.events.map(({ type }) => type);
    expect(types.filter((type) => type === "EvaluationCompleted")).toHaveLength(4);
    expect(types.at(-1)).toBe("SearchInterrupted");

    const { journal, store } = bench;
    const resumed = createSearchBench({ events: journal.events, store });
    const state = await resumed.run();
    expect(archive(state)).toHaveLength(10);
    expect(resumed.dispatcher.runs.size).toBe(6);
    // 1.2 was asked for twice, but no evaluator had begun it the first time.
    expect(repeatedEvaluations(state)).toBe(0);
  });

  it("appends nothing after an append that failed, whoever waits to append", async () => {
    for (let seq = 2; seq <= 20; seq++) {
      const bench = createSearchBench({ config, dispatcher: { arrivalSeed: 2 } });
      const { journal } = bench;
      const append = journal.append.bind(journal);
      let failures = 0;
      journal.append = (event) => {
        expect(failures).toBe(0);
        if (event.seq < seq) return append(event);
        failures++;
        return Promise.reject(new Error("another coordinator owns the journal"));
      };
      await expect(bench.run()).rejects.toThrow("another coordinator");
      expect(journal.events).toHaveLength(seq - 1);
    }
  });
});

describe("an evaluation that fails", () => {
  const flaky = (times: number, isRetryable = true) => ({
    failure: (request: { candidateId: string }, attempt: number) =>
      request.candidateId === "1.1" && attempt <= times
        ? { message: `failure ${attempt}`, isRetryable }
        : undefined,
  });

  it("is tried three times where that is worth it", async () => {
    const twice = createSearchBench({ config, dispatcher: flaky(2) });
    const state = await twice.run();
    expect(state.iterations.at(0)?.candidates?.[0]).toMatchObject({
      attempts: 3,
      starts: 3,
      status: { kind: "evaluated" },
    });
    expect(repeatedEvaluations(state)).toBe(2);

    const always = await createSearchBench({ config, dispatcher: flaky(9) }).run();
    expect(always.iterations.at(0)?.candidates?.[0]?.status).toEqual({
      kind: "failed",
      message: "failure 3",
    });
    // What failed for good is not charged: the budget goes to another candidate.
    expect(archive(always)).toHaveLength(10);
  });

  it("is tried once where that is pointless", async () => {
    const bench = createSearchBench({ config, dispatcher: flaky(9, false) });
    const state = await bench.run();
    expect(state.iterations.at(0)?.candidates?.[0]).toMatchObject({
      attempts: 1,
      status: { kind: "failed" },
    });
  });

  it("has its attempts counted over all lives of the search", async () => {
    const whole = createSearchBench({ config, dispatcher: flaky(9) });
    await whole.run();
    const cut = whole.journal.events.findLastIndex(
      (event) => event.type === "EvaluationFailed" && event.willRetry,
    );
    const resumed = createSearchBench({
      events: whole.journal.events.slice(0, cut + 1),
      store: whole.store,
      dispatcher: { failure: () => ({ message: "again", isRetryable: true }) },
    });
    const state = await resumed.run();
    expect(state.iterations.at(0)?.candidates?.[0]).toMatchObject({
      attempts: 3,
      status: { kind: "failed", message: "again" },
    });
    expect(
      resumed.dispatcher.runs.get(
        state.iterations.at(0)?.candidates?.[0]?.architecture?.canonical ?? "",
      ),
    ).toBe(1);
  });

  it("includes one with an accuracy that is no number", async () => {
    const bench = createSearchBench({
      config,
      dispatcher: {
        top1Percent: ({ canonical }) => (canonical.startsWith("r12") ? Number.NaN : 50),
      },
    });
    const state = await bench.run();
    expect(best(state)?.status.result.top1Percent).toBe(50);
    expect(bench.journal.events).toContainEqual(
      expect.objectContaining({
        type: "EvaluationFailed",
        code: "invalid-result",
        message: expect.stringContaining("result.top1Percent: got NaN, allowed is a number"),
      }),
    );
  });
});

describe("a search that died", () => {
  it("repeats at most what was in flight, and counts exactly that", async () => {
    const { dispatcher: hanging, started, isReached } = manualDispatcher(5);
    const stop = new AbortController();
    const first = createSearchBench({ config, ports: { dispatcher: hanging } });
    const running = first.run(stop.signal);
    await isReached;
    // Two evaluators are busy, three evaluations wait. Then everything is killed.
    started[0]?.();
    started[3]?.();
    stop.abort({ kind: "cancel" });
    await running;
    const events = first.journal.events.filter(({ type }) => type !== "SearchFinished");

    const second = createSearchBench({ config, events });
    const state = await second.run();
    expect(repeatedEvaluations(state)).toBe(2);
    expect(Math.max(...second.dispatcher.runs.values())).toBe(1);
    expect(second.journal.events[events.length]?.type).toBe("SearchResumed");
  });

  it("runs nothing again that an evaluator finished after the death", async () => {
    const store = new MemoryEvaluationStore();
    const whole = createSearchBench({ config, store });
    await whole.run();
    const cut = whole.journal.events.findIndex(({ type }) => type === "EvaluationCompleted");
    const second = createSearchBench({ events: whole.journal.events.slice(0, cut), store });
    const state = await second.run();
    expect(second.dispatcher.runs.size).toBe(0);
    expect(repeatedEvaluations(state)).toBe(0);
    expect(best(state)?.id).toBe(
      whole.journal.events.flatMap((event) =>
        event.type === "SearchFinished" ? [event.bestCandidateId] : [],
      )[0],
    );
  });

  it("decides the same after any number of deaths without a store", async () => {
    const whole = createSearchBench({ config: { ...config, searcher: "evolution" } });
    await whole.run();
    let { events } = createSearchBench({ config: { ...config, searcher: "evolution" } }).journal;
    for (let life = 0; life < 12; life++) {
      const bench = createSearchBench({ events, dispatcher: { arrivalSeed: life } });
      await bench.run();
      events = bench.journal.events.slice(0, events.length + 4);
    }
    const last = createSearchBench({ events });
    const state = await last.run();
    expect(decisionsOf(last.journal.events)).toEqual(decisionsOf(whole.journal.events));
    expect(state.phase).toBe("finished");
  });

  it("does not journal its resumption twice when the caller has done so", async () => {
    const bench = createSearchBench({ config });
    await bench.run(AbortSignal.abort({ kind: "shutdown", reason: "SIGTERM" }));
    const [first] = bench.journal.events;
    await bench.journal.append({
      v: 1,
      seq: 3,
      searchId: first?.searchId ?? "",
      at: first?.at ?? "",
      type: "SearchResumed",
    });
    await bench.run();
    expect(bench.journal.events.filter(({ type }) => type === "SearchResumed")).toHaveLength(1);
  });
});

describe("SyntheticDispatcher", () => {
  it("answers from the store what it has measured", async () => {
    const bench = createSearchBench();
    const dispatcher = new SyntheticDispatcher({ space: bench.space, store: bench.store });
    const { canonical } = bench.space.cheapest("macs");
    const request = {
      searchId: "s",
      candidateId: "1.1",
      supernet: "n",
      canonical,
      contextDigest: "c",
      key: `${canonical}@c`,
    };
    const { signal } = new AbortController();
    const ignore = (): void => undefined;
    const first = await dispatcher.evaluate(request, signal, ignore);
    const second = await dispatcher.evaluate(request, signal, ignore);
    expect(first).toMatchObject({ kind: "completed", isStored: false });
    expect(second).toEqual({ ...first, isStored: true });
    expect(dispatcher.runs.get(canonical)).toBe(1);
  });
});
