import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { applyEvent, foldEvents } from "./apply-event.js";
import { type EventBody, type SearchEvent, searchEventSchema } from "./events.js";
import { archive, best, budgetSpent, funnel, repeatedEvaluations } from "./folds.js";
import type { SearchState } from "./state.js";
import { searchStarted, testSearchId } from "./testing.js";

const space = createSearchSpace(tinySpec);
const architecture = space.cheapest("macs");
const { canonical } = architecture;
const cost = space.cost(architecture);
const key = `${canonical}@context-0`;
const result = { top1Percent: 50, top5Percent: 80, images: 100, seconds: 1 };

/** A journal of one search that consists of SearchStarted and these. */
function journal(...bodies: readonly EventBody[]): SearchEvent[] {
  const rest = bodies.map((body, i) =>
    searchEventSchema.parse({
      v: 1,
      seq: i + 2,
      searchId: testSearchId,
      at: "2026-01-01T00:00:01.000Z",
      ...body,
    }),
  );
  return [searchStarted({ limits: { maxMacs: cost.macs } }), ...rest];
}

function fold(...bodies: readonly EventBody[]): SearchState {
  return foldEvents(journal(...bodies));
}

const strategy: EventBody = {
  type: "StrategyProposed",
  iteration: 1,
  strategy: "Be small.",
  exchanges: [],
};
const proposed: EventBody = {
  type: "CandidatesProposed",
  iteration: 1,
  origin: "generator",
  candidates: [
    { id: "1.1", notation: { r: 12 } },
    { id: "1.2", text: "junk", problem: "no JSON" },
  ],
  exchanges: [],
};
const candidate = { iteration: 1, candidateId: "1.1" } as const;
const requested: EventBody = {
  type: "EvaluationRequested",
  ...candidate,
  canonical,
  key,
  cost,
  isFeasible: true,
  attempt: 1,
};
const begun: EventBody = { type: "EvaluationStarted", ...candidate, key };
const completed: EventBody = {
  type: "EvaluationCompleted",
  ...candidate,
  key,
  result,
  source: "evaluator",
};
const rejected: EventBody = {
  type: "CandidateRejected",
  iteration: 1,
  candidateId: "1.2",
  reason: "unparsable",
  detail: "no JSON",
};
const failed = (willRetry: boolean): EventBody => ({
  type: "EvaluationFailed",
  ...candidate,
  key,
  code: "unavailable",
  message: "gone",
  willRetry,
});
const finished: EventBody = { type: "SearchFinished", reason: "budget", bestCandidateId: "1.1" };
const opened: EventBody = { type: "TestOpened", canonical };
const tested: EventBody = { type: "TestCompleted", canonical, result };

describe("foldEvents", () => {
  it("folds a whole search", () => {
    const state = fold(
      { type: "StrategyRequested", iteration: 1 },
      strategy,
      { type: "CandidatesRequested", iteration: 1, count: 2 },
      proposed,
      requested,
      rejected,
      begun,
      completed,
      finished,
      opened,
      tested,
    );
    expect(state).toMatchObject({
      phase: "finished",
      finishReason: "budget",
      lastSeq: 12,
      lastType: "TestCompleted",
      testOpened: canonical,
      test: { canonical, result },
    });
    expect([...state.iterations]).toMatchObject([
      { index: 1, strategy: "Be small.", degraded: [] },
    ]);
    expect([...state.seen]).toEqual([canonical]);
    expect(archive(state)).toMatchObject([
      { id: "1.1", origin: "generator", architecture, cost, key, attempts: 1, starts: 1 },
    ]);
    expect(best(state)?.id).toBe("1.1");
    expect(funnel(state)).toEqual({
      proposed: 2,
      parsed: 1,
      legal: 1,
      novel: 1,
      evaluated: 1,
      feasible: 1,
    });
  });

  it("keeps interruption and resumption apart from the end", () => {
    const interruption: EventBody = { type: "SearchInterrupted", reason: "SIGTERM" };
    expect(fold(interruption)).toMatchObject({ phase: "interrupted", interruption: "SIGTERM" });
    const state = fold(interruption, { type: "SearchResumed" });
    expect(state.phase).toBe("running");
    expect(state.interruption).toBeUndefined();
  });

  it("notes roles that failed, with the reason", () => {
    const degraded = (role: "navigator" | "generator"): EventBody => ({
      type: "Degraded",
      iteration: 1,
      role,
      reason: `${role} is silent`,
      fallback: "sampling",
      exchanges: [],
    });
    expect(fold(degraded("navigator"), degraded("generator")).iterations.at(0)?.degraded).toEqual([
      { role: "navigator", reason: "navigator is silent" },
      { role: "generator", reason: "generator is silent" },
    ]);
  });

  it("takes strategy and candidates from one event, for a model that plays both roles", () => {
    const both: EventBody = { ...proposed, strategy: "Both." } as EventBody;
    expect(fold(both).iterations.at(0)).toMatchObject({ strategy: "Both.", candidates: [{}, {}] });
  });

  it("counts a candidate over the limit as novel and not feasible", () => {
    const overLimit: EventBody = {
      type: "CandidateRejected",
      ...candidate,
      reason: "over-limit",
      detail: "too large",
      canonical,
      cost: { ...cost, macs: cost.macs + 1 },
    };
    const state = fold(proposed, overLimit);
    expect(funnel(state)).toMatchObject({ legal: 1, novel: 1, evaluated: 0, feasible: 0 });
    expect(state.seen.has(canonical)).toBe(true);
    expect(budgetSpent(state)).toBe(0);
  });

  it("charges the budget from the request on and gives it back when the evaluation is given up", () => {
    const spent = (...bodies: EventBody[]): number => budgetSpent(fold(proposed, ...bodies));
    expect(spent()).toBe(0);
    expect(spent(requested)).toBe(1);
    expect(spent(requested, failed(true))).toBe(1);
    expect(spent(requested, failed(false))).toBe(0);
    expect(spent(requested, completed)).toBe(1);
  });

  it("counts as repeated what an evaluator began again, not what was only asked for again", () => {
    const repeated = (...bodies: EventBody[]): number =>
      repeatedEvaluations(fold(proposed, requested, ...bodies));
    const again: EventBody = { ...requested, attempt: 2 } as EventBody;
    expect(repeated(begun, completed)).toBe(0);
    expect(repeated(again, begun, completed)).toBe(0);
    expect(repeated(begun, again, begun, completed)).toBe(1);
    expect(repeated(begun, failed(true), again, begun, failed(false))).toBe(1);
    expect(repeated(begun, { ...completed, source: "store" } as EventBody)).toBe(0);
  });

  it("keeps failures of an attempt through the next request", () => {
    const again: EventBody = { ...requested, attempt: 2 } as EventBody;
    const state = fold(proposed, requested, failed(true), again);
    expect(state.iterations.at(0)?.candidates?.[0]).toMatchObject({
      attempts: 2,
      status: { kind: "requested", failures: 1 },
    });
  });
});

describe("applyEvent", () => {
  it("refuses gaps and repetitions of numbers", () => {
    const events = journal(strategy, proposed);
    expect(() => foldEvents(events.filter((_, i) => i !== 1))).toThrow("event 3");
    const state = foldEvents(events);
    for (const event of events) expect(() => applyEvent(state, event)).toThrow(RangeError);
  });

  it("refuses another search's event", () => {
    const [first, second] = journal(strategy);
    const foreign = { ...second, searchId: "other" } as SearchEvent;
    expect(() => foldEvents([first as SearchEvent, foreign])).toThrow("of other");
  });

  it("leaves the state it was given as it was", () => {
    const before = fold(proposed);
    const copy = structuredClone({ iterations: before.iterations, seen: [...before.seen] });
    for (const body of [requested, rejected]) {
      const event = { ...journal(body)[1], seq: before.lastSeq + 1 } as SearchEvent;
      applyEvent(before, event);
    }
    expect({ iterations: before.iterations, seen: [...before.seen] }).toEqual(copy);
  });

  it.each<[string, EventBody[]]>([
    ["a second start", [searchStarted()]],
    ["an iteration that is skipped", [{ ...strategy, iteration: 2 } as EventBody]],
    [
      "an iteration that begins before the last is closed",
      [proposed, { ...strategy, iteration: 2 } as EventBody],
    ],
    ["a second strategy", [strategy, strategy]],
    ["candidates twice", [proposed, proposed]],
    ["a candidate that nobody proposed", [requested]],
    ["a start without request", [proposed, begun]],
    ["a result without request", [proposed, completed]],
    ["a second result", [proposed, requested, completed, completed]],
    ["a failure after the result", [proposed, requested, completed, failed(false)]],
    [
      "a request after a rejection",
      [proposed, rejected, { ...requested, candidateId: "1.2" } as EventBody],
    ],
    ["a result of another key", [proposed, requested, { ...completed, key: "x" } as EventBody]],
    [
      "an architecture of another space",
      [proposed, { ...requested, canonical: "r224/k3e3" } as EventBody],
    ],
    [
      "anything but a resumption after an interruption",
      [{ type: "SearchInterrupted", reason: "" }, proposed],
    ],
    ["anything after the end", [finished, proposed]],
    ["a resumption after the end", [finished, { type: "SearchResumed" }]],
    ["a test before the end", [opened]],
    ["a test result without its intent", [finished, tested]],
    [
      "a test of a second architecture",
      [finished, opened, { ...opened, canonical: "other" } as EventBody],
    ],
    ["a second test result", [finished, opened, tested, tested]],
  ])("refuses %s", (_, bodies) => {
    expect(() => fold(...bodies)).toThrow(RangeError);
  });

  it("accepts the intent of a test again, since a death may follow it", () => {
    expect(fold(finished, opened, opened, tested).test?.canonical).toBe(canonical);
  });
});

describe("searchEventSchema", () => {
  it("refuses an unknown version, type or field", () => {
    const event = searchStarted();
    expect(searchEventSchema.safeParse(event).success).toBe(true);
    expect(searchEventSchema.safeParse({ ...event, v: 2 }).success).toBe(false);
    expect(searchEventSchema.safeParse({ ...event, type: "SearchBegun" }).success).toBe(false);
    expect(searchEventSchema.safeParse({ ...event, extra: 1 }).success).toBe(false);
    expect(searchEventSchema.safeParse({ ...event, seq: 0 }).success).toBe(false);
  });
});
