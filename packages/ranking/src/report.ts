import { noTokens } from "@collm/llm";
import type { TokenUsage } from "@collm/search";
import {
  comparePaired,
  mean,
  type PairedComparison,
  type Summary,
  summarise,
} from "@collm/statistics";
import { type Agreement, agreementOf, scoresOfOrder } from "./agreement.js";
import { answeredTrials, keyOf } from "./ask-trials.js";
import { drawnFrom, type Protocol, type Trial } from "./draw.js";
import type { TrialRecord } from "./exchange-record.js";
import type { Pool } from "./pool.js";
import { trivialScores } from "./trivial-scores.js";

/** How one way to rank did over some trials. */
export interface RankerResult {
  readonly trials: number;
  readonly tau: Summary;
  /** Share of the trials in which the most accurate was put first. */
  readonly bestFirstShare: number;
}

export interface ScoreResult extends RankerResult {
  readonly name: string;
}

export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

export interface ModelResult {
  /** Trials of this protocol. */
  readonly trials: number;
  readonly ranked: number;
  /** Trials with an answer that is no ranking: part of the result, never left out silently. */
  readonly unparsable: number;
  readonly unparsableReasons: readonly ReasonCount[];
  /** Trials without any answer; asked again by the next run. */
  readonly unanswered: number;
  readonly unansweredReasons: readonly ReasonCount[];
  /** Over the ranked trials; absent where there is none. */
  readonly result?: RankerResult | undefined;
  /** Trials with the most accurate first, over all that were answered, unparsable ones included. */
  readonly bestFirstShareOfAnswered: number;
  /** Against the trivial score with the largest mean tau on the ranked trials. */
  readonly comparison?: (PairedComparison & { readonly against: string }) | undefined;
  /** All requests, those that failed or were repeated included. */
  readonly usage: TokenUsage;
  readonly requests: number;
  /** Sum over all requests; less passes on the clock, as several are under way at once. */
  readonly seconds: number;
}

export interface ProtocolReport {
  readonly protocol: Protocol;
  readonly trials: number;
  /** What is drawn from. */
  readonly pool: {
    readonly architectures: number;
    readonly lowestTop1Percent: number;
    readonly highestTop1Percent: number;
  };
  readonly scores: readonly ScoreResult[];
  readonly model?: ModelResult | undefined;
}

/**
 * Folds trials and answers into the numbers of one protocol.
 *
 * @param records everything that was asked; absent where no model was
 */
export function reportProtocol(
  pool: Pool,
  trials: readonly Trial[],
  records?: readonly TrialRecord[],
): ProtocolReport {
  const protocol = trials[0]?.protocol;
  if (protocol === undefined) throw new RangeError("trials: got none, allowed is one or more");
  const from = drawnFrom(pool, protocol);
  const byScore = trivialScores.map(({ name, of }) => ({
    name,
    agreements: trials.map((trial) =>
      agreementOf(
        trial.shown.map((entry) => of(entry, pool.space)),
        accuraciesOf(trial),
      ),
    ),
  }));
  return {
    protocol,
    trials: trials.length,
    pool: {
      architectures: from.length,
      lowestTop1Percent: from[0]?.top1Percent ?? Number.NaN,
      highestTop1Percent: from.at(-1)?.top1Percent ?? Number.NaN,
    },
    scores: byScore.map(({ name, agreements }) => ({ name, ...resultOf(agreements) })),
    model: records && modelResult(protocol, trials, records, byScore),
  };
}

interface ScoreAgreements {
  readonly name: string;
  /** One for each trial. */
  readonly agreements: readonly Agreement[];
}

function modelResult(
  protocol: Protocol,
  trials: readonly Trial[],
  records: readonly TrialRecord[],
  byScore: readonly ScoreAgreements[],
): ModelResult {
  const answers = answeredTrials(records);
  const verdicts = trials.map(({ index }) => answers.get(keyOf(protocol, index))?.verdict);
  const ours: Agreement[] = [];
  const places: number[] = [];
  verdicts.forEach((verdict, place) => {
    const trial = trials[place];
    if (verdict?.kind !== "ranked" || trial === undefined) return;
    ours.push(agreementOf(scoresOfOrder(verdict.order), accuraciesOf(trial)));
    places.push(place);
  });
  const unparsable = verdicts.flatMap((verdict) =>
    verdict?.kind === "unparsable" ? verdict.reason : [],
  );
  const answered = ours.length + unparsable.length;
  const own = records.filter(
    (record) => record.protocol === protocol && record.trial < trials.length,
  );
  const exchanges = own.flatMap((record) => record.exchanges);
  return {
    trials: trials.length,
    ranked: ours.length,
    unparsable: unparsable.length,
    unparsableReasons: counted(unparsable),
    unanswered: trials.length - answered,
    unansweredReasons: counted(lastFailures(own, answers)),
    result: ours.length > 0 ? resultOf(ours) : undefined,
    bestFirstShareOfAnswered:
      ours.reduce((sum, { bestFirst }) => sum + bestFirst, 0) / Math.max(1, answered),
    comparison: ours.length > 0 ? againstBest(ours, places, byScore) : undefined,
    usage: exchanges.map(({ usage }) => usage).reduce(addUsage, noTokens),
    requests: exchanges.length,
    seconds: exchanges.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** The best is chosen with these trials in view, which favours it: no claim rests on that choice. */
function againstBest(
  ours: readonly Agreement[],
  places: readonly number[],
  byScore: readonly ScoreAgreements[],
): ModelResult["comparison"] {
  const rivals = byScore.map(({ name, agreements }) => ({
    name,
    taus: places.map((place) => agreements[place]?.tau ?? 0),
  }));
  const best = rivals.reduce((a, b) => (mean(b.taus) > mean(a.taus) ? b : a));
  return {
    against: best.name,
    ...comparePaired(
      ours.map(({ tau }) => tau),
      best.taus,
    ),
  };
}

function accuraciesOf({ shown }: Trial): readonly number[] {
  return shown.map(({ top1Percent }) => top1Percent);
}

function resultOf(agreements: readonly Agreement[]): RankerResult {
  return {
    trials: agreements.length,
    tau: summarise(agreements.map(({ tau }) => tau)),
    bestFirstShare: mean(agreements.map(({ bestFirst }) => bestFirst)),
  };
}

/** Of each trial that has no answer yet, why the last attempt at it failed. */
function lastFailures(
  own: readonly TrialRecord[],
  answers: ReadonlyMap<string, TrialRecord>,
): readonly string[] {
  const reasons = new Map<number, string>();
  for (const { protocol, trial, verdict } of own) {
    if (verdict.kind === "failed" && !answers.has(keyOf(protocol, trial))) {
      reasons.set(trial, verdict.reason);
    }
  }
  return [...reasons.values()];
}

/** Equal reasons together, the most frequent first. */
function counted(reasons: readonly string[]): readonly ReasonCount[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count);
}

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
