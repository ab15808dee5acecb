import type { EventOf, Replay } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { diffLines, replayLines } from "./replay-lines.js";

const envelope = { v: 1, seq: 7, searchId: "s", at: "2026-01-01T00:00:00.000Z" } as const;
const finished: EventOf<"SearchFinished"> = {
  ...envelope,
  type: "SearchFinished",
  reason: "budget",
  bestCandidateId: "1.2",
};
const asked: EventOf<"StrategyRequested"> = {
  ...envelope,
  type: "StrategyRequested",
  iteration: 2,
  requestDigest: "a",
};

async function replayed(change: Partial<Replay> = {}): Promise<Replay> {
  const counts = {
    ...{ decisions: 4, roleAnswers: 2, evaluations: 3, evaluationReports: 6, resumptions: 0 },
  };
  const state = await createSearchBench({ config: { budget: 2 } }).run();
  return { reproduced: 6, takenOver: 0, counts, state, ...change };
}

describe("replayLines", () => {
  it("says of an identical replay what it made and what it was given", async () => {
    const lines = replayLines(await replayed(), { equal: 2, different: [] }, [finished]);
    expect(lines).toEqual([
      "replayed  6 of 1 events",
      "equal     4 decisions: questions, draws, verdicts, requests, the end",
      "given     3 evaluations, 2 answers of roles",
      "read      2 answers again: equal",
      "identical: the replay made the whole search again",
    ]);
  });

  it("tells which answers read differently today", async () => {
    const lines = replayLines(await replayed(), { equal: 2, different: [9, 12] }, []);
    expect(lines).toContain(
      "read      4 answers again: 2 differ from what the search was told, the first at event 9",
    );
  });

  it.each([
    [
      { recorded: finished, made: { ...finished, bestCandidateId: "3.1" } },
      'different: event 7 (SearchFinished): p: bestCandidateId is "1.2", the replay makes "3.1"',
    ],
    [
      { recorded: asked, made: { ...asked, requestDigest: "b" } },
      "different: event 7 (StrategyRequested): p: the role is told something else",
    ],
    [{ recorded: finished, made: asked }, "different: event 7 (SearchFinished): p"],
    [{ recorded: finished }, "different: event 7 (SearchFinished): p"],
  ])("names the first event that differs: %#", async (events, sentence) => {
    const divergence = { seq: 7, problem: "p", ...events };
    const lines = replayLines(await replayed({ divergence }), { equal: 0, different: [] }, []);
    expect(lines.at(-1)).toBe(sentence);
  });
});

describe("diffLines", () => {
  it("shows an event field by field", () => {
    const made = { ...finished, reason: "target" as const, bestCandidateId: undefined };
    expect(diffLines({ seq: 7, problem: "p", recorded: finished, made })).toEqual([
      "event 7",
      "  journal  SearchFinished",
      "  replay   SearchFinished",
      "  reason",
      '    journal  "budget"',
      '    replay   "target"',
      "  bestCandidateId",
      '    journal  "1.2"',
      "    replay   nothing",
    ]);
  });

  it("shows both events whole where they are of different kinds, or one is missing", () => {
    expect(diffLines({ seq: 7, problem: "p", recorded: asked, made: finished })).toEqual([
      "event 7",
      "  journal  StrategyRequested",
      `           ${JSON.stringify(asked)}`,
      "  replay   SearchFinished",
      `           ${JSON.stringify(finished)}`,
    ]);
    expect(diffLines({ seq: 7, problem: "p", recorded: asked }).at(-1)).toBe("  replay   nothing");
  });
});
