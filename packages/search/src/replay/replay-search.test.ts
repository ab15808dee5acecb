import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventOf, SearchEvent, SearchEventType } from "../events.js";
import { createSearchBench, type SearchBenchOptions } from "../testing.js";
import { replaySearch } from "./replay-search.js";
import { runScript, scripts } from "./scripted-search.fixture.js";

const config = { budget: 12, candidatesPerIteration: 4, seed: 1 };

async function searched(options: SearchBenchOptions = {}): Promise<readonly SearchEvent[]> {
  const bench = createSearchBench({ config, ...options });
  await bench.run();
  return bench.journal.events;
}

function first<T extends SearchEventType>(events: readonly SearchEvent[], type: T): EventOf<T> {
  const found = events.find((event): event is EventOf<T> => event.type === type);
  if (!found) throw new Error(`no ${type}`);
  return found;
}

/** The journal with one event written differently. */
function edited<T extends SearchEventType>(
  events: readonly SearchEvent[],
  { seq }: EventOf<T>,
  change: (event: EventOf<T>) => Partial<EventOf<T>>,
): readonly SearchEvent[] {
  const event = events[seq - 1] as EventOf<T>;
  return events.with(seq - 1, { ...event, ...change(event) } as SearchEvent);
}

describe("replaySearch", () => {
  it("reproduces every searcher through failures, deaths and interruptions", async () => {
    const property = fc.asyncProperty(scripts, async (script) => {
      const events = await runScript(script);
      const { divergence, reproduced } = await replaySearch(events);
      expect(divergence).toBeUndefined();
      expect(reproduced).toBe(events.length);
    });
    await fc.assert(property, { numRuns: 80 });
  }, 60_000);

  it("replays any beginning of a journal as far as it goes", async () => {
    const property = fc.asyncProperty(scripts, fc.nat(), async (script, cut) => {
      const events = await runScript(script);
      const beginning = events.slice(0, 1 + (cut % events.length));
      const { divergence, reproduced } = await replaySearch(beginning);
      expect(divergence).toBeUndefined();
      expect(reproduced).toBe(beginning.length);
    });
    await fc.assert(property, { numRuns: 40 });
  }, 60_000);

  it("ends, and never later than the edit says, when any event is left out", async () => {
    const property = fc.asyncProperty(scripts, fc.nat(), async (script, place) => {
      const events = await runScript(script);
      const at = 1 + (place % Math.max(1, events.length - 1));
      const shorter = events.toSpliced(at, 1).map((event, i) => ({ ...event, seq: i + 1 }));
      const { divergence, reproduced } = await replaySearch(shorter);
      // What only tells of circumstances may be missing; then all the rest is the same search.
      expect(divergence ? divergence.seq : reproduced).toBeGreaterThanOrEqual(
        Math.min(at, shorter.length),
      );
    });
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);

  it("counts what it decided again and what it was given", async () => {
    const events = await searched({ config: { ...config, searcher: "collm" } });
    const { counts, takenOver } = await replaySearch(events);
    const count = (...types: readonly SearchEventType[]) =>
      events.filter(({ type }) => types.includes(type)).length;
    expect(takenOver).toBe(0);
    expect(counts).toEqual({
      decisions: count(
        ...(["StrategyRequested", "CandidatesRequested", "CandidateRejected"] as const),
        ...(["EvaluationRequested", "SearchFinished"] as const),
      ),
      roleAnswers: count("StrategyProposed", "CandidatesProposed"),
      evaluationReports: count("EvaluationStarted", "EvaluationCompleted"),
      evaluations: 12,
      resumptions: 0,
    });
  });

  it("draws candidates anew: another seed diverges at the first of them", async () => {
    const events = await searched();
    const start = first(events, "SearchStarted");
    const other = edited(events, start, () => ({ config: { ...start.config, seed: 2 } }));
    const { divergence } = await replaySearch(other);
    expect(divergence).toMatchObject({
      seq: first(events, "CandidatesProposed").seq,
      made: { type: "CandidatesProposed" },
      problem: "the replay makes it differently",
    });
  });

  it("diverges at the end when a changed accuracy makes another winner", async () => {
    const events = await searched();
    const loser = events.find(
      (event) =>
        event.type === "EvaluationCompleted" &&
        event.candidateId !== first(events, "SearchFinished").bestCandidateId,
    ) as EventOf<"EvaluationCompleted">;
    const other = edited(events, loser, ({ result }) => ({
      result: { ...result, top1Percent: 99.5 },
    }));
    expect((await replaySearch(other)).divergence).toMatchObject({
      recorded: { type: "SearchFinished" },
      made: { type: "SearchFinished", bestCandidateId: loser.candidateId },
    });
  });

  it("sees by the request that a role would be told of another accuracy", async () => {
    const events = await searched({ config: { ...config, searcher: "collm" } });
    const result = first(events, "EvaluationCompleted");
    const other = edited(events, result, (event) => ({
      result: { ...event.result, top1Percent: event.result.top1Percent - 0.01 },
    }));
    const asked = events.filter(({ type }) => type === "StrategyRequested");
    expect((await replaySearch(other)).divergence).toMatchObject({
      seq: asked[1]?.seq,
      made: { type: "StrategyRequested" },
    });
  });

  it("replays journals from before requests had a digest and failures said whether to retry", async () => {
    const events = await searched({
      config: { ...config, searcher: "collm" },
      dispatcher: { failure: (_, attempt) => ({ message: "no", isRetryable: attempt < 3 }) },
    });
    expect(events.map(({ type }) => type)).toContain("EvaluationFailed");
    const older = events.map((event) => {
      const { requestDigest: _, isRetryable: __, ...others } = event as Record<string, unknown>;
      return others as SearchEvent;
    });
    expect(older).not.toEqual(events);
    expect(await replaySearch(older)).not.toHaveProperty("divergence");
  });

  it("diverges where a candidate was taken out of an answer", async () => {
    const events = await searched({ config: { ...config, searcher: "collm" } });
    const proposed = first(events, "CandidatesProposed");
    const other = edited(events, proposed, ({ candidates }) => ({
      candidates: candidates.toSpliced(1, 1),
    }));
    expect((await replaySearch(other)).divergence?.seq).toBe(proposed.seq);
  });

  it("says what it waits for where the journal has something else", async () => {
    const events = await searched({ config: { ...config, searcher: "collm" } });
    const answer = first(events, "StrategyProposed");
    const rejected = { type: "SearchFinished", reason: "budget" } as const;
    const { seq, v, searchId, at } = answer;
    const other = [...events.slice(0, seq - 1), { v, seq, searchId, at, ...rejected }];
    expect((await replaySearch(other)).divergence).toEqual({
      seq,
      recorded: other.at(-1),
      problem: "the replay waits for the answer of the navigator",
    });
  });

  it("opens the test for the winner only", async () => {
    const events = await searched();
    const { seq, v, searchId, at } = events.at(-1) as SearchEvent;
    const other = first(events, "EvaluationRequested").canonical;
    const opened = { v, searchId, at, seq: seq + 1, type: "TestOpened", canonical: other } as const;
    const finished = first(events, "SearchFinished");
    expect(finished.bestCandidateId).not.toBe("1.1");
    expect((await replaySearch([...events, opened])).divergence).toMatchObject({
      seq: seq + 1,
      made: { type: "TestOpened" },
    });
  });

  it.each([
    ["nothing", 0, "SearchInterrupted"],
    ["the end", 1, "SearchResumed"],
  ] as const)("diverges at an event that cannot follow %s", async (_, from, type) => {
    const events = await searched();
    const { v, searchId, at } = events[0] as SearchEvent;
    const body = type === "SearchResumed" ? { type } : { type, reason: "odd" };
    const seq = from === 0 ? 1 : events.length + 1;
    const odd = { v, searchId, at, seq, ...body } as SearchEvent;
    const { divergence } = await replaySearch(from === 0 ? [odd] : [...events, odd]);
    expect(divergence).toMatchObject({ seq, problem: expect.stringContaining("cannot follow") });
  });
});
