import { describe, expect, it } from "vitest";
import { drawTrials, type Trial } from "./draw.js";
import type { TrialRecord } from "./exchange-record.js";
import { reportLines } from "./markdown.js";
import { testPool } from "./pool.fixture.js";
import { reportProtocol } from "./report.js";

const pool = testPool();
const trials = drawTrials(pool, "deciles", { seed: 0, candidates: 10, isFixed: false }, 4);
const usage = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 5 };

function recordOf(trial: Trial, verdict: TrialRecord["verdict"]): TrialRecord {
  const exchange = { backend: "openai", model: "m", request: {}, answer: "", usage, seconds: 1.5 };
  return {
    v: 1,
    kind: "trial",
    protocol: trial.protocol,
    trial: trial.index,
    shown: [],
    exchanges: [exchange],
    verdict,
  };
}

/** Positions from the most to the least accurate. */
function trueOrder({ shown }: Trial): number[] {
  return shown
    .map((_, position) => position)
    .sort((a, b) => (shown[b]?.top1Percent ?? 0) - (shown[a]?.top1Percent ?? 0));
}

const [first, second, third] = trials as [Trial, Trial, Trial];
const records = [
  recordOf(first, { kind: "failed", reason: "busy" }),
  recordOf(first, { kind: "ranked", order: trueOrder(first) }),
  recordOf(second, { kind: "unparsable", reason: "it names no label" }),
  recordOf(third, { kind: "failed", reason: "busy" }),
];

describe("reportProtocol", () => {
  it("measures every trivial score on every trial", () => {
    const { scores, pool: from, model } = reportProtocol(pool, trials);
    expect(from.architectures).toBe(pool.entries.length);
    expect(scores.map(({ name }) => name)).toEqual(["parameters", "flops", "operator-weights"]);
    for (const { trials: count, tau } of scores) {
      expect(count).toBe(4);
      // Accuracy follows the 3x3 convolutions here, and so do all three.
      expect(tau.mean).toBeGreaterThan(0.5);
    }
    expect(model).toBeUndefined();
  });

  it("keeps what was ranked, unparsable and unanswered apart, and loses none", () => {
    const { model } = reportProtocol(pool, trials, records);
    expect(model).toMatchObject({
      trials: 4,
      ranked: 1,
      unparsable: 1,
      unparsableReasons: [{ reason: "it names no label", count: 1 }],
      unanswered: 2,
      unansweredReasons: [{ reason: "busy", count: 1 }],
      bestFirstShareOfAnswered: 0.5,
      requests: 4,
      seconds: 6,
      usage: { inputTokens: 400, outputTokens: 80 },
    });
    expect(model?.result).toMatchObject({ trials: 1, tau: { mean: 1 }, bestFirstShare: 1 });
  });

  it("compares the model with the best trivial score on the trials that it ranked", () => {
    const { model } = reportProtocol(pool, trials, records);
    expect(model?.comparison?.pairs).toBe(1);
    expect(model?.comparison?.meanDifference).toBeGreaterThanOrEqual(0);
  });

  it("has no numbers where nothing was ranked", () => {
    const { model } = reportProtocol(pool, trials, []);
    expect(model).toMatchObject({ ranked: 0, unanswered: 4, result: undefined });
    expect(model?.comparison).toBeUndefined();
  });
});

describe("reportLines", () => {
  it("shows the model first and says what could not be used", () => {
    const text = reportLines(reportProtocol(pool, trials, records), "qwen").join("\n");
    expect(text).toMatch(/\| qwen +\| +1 \| +1\.000 \|/);
    expect(text).toContain("qwen: 1 of 4 trials ranked, 1 unparsable, 2 without an answer");
    expect(text).toContain("unparsable, 1 times: it names no label");
    expect(text).toContain("50.0 % of all answers");
    expect(text).toContain("400 tokens in, 80 out");
  });

  it("has a row of a model that ranked nothing", () => {
    expect(reportLines(reportProtocol(pool, trials, []), "qwen").join("\n")).toMatch(
      /\| qwen +\| +0 \| +– \|/,
    );
  });
});
