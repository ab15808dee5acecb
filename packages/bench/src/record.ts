import {
  archive,
  best,
  bestSoFar,
  evaluatedOf,
  funnel,
  funnelOf,
  type SearchEvent,
  type SearchState,
} from "@collm/search";
import { mean } from "@collm/statistics";
import { z } from "zod";

const count = z.int().nonnegative();
const percent = z.number().min(0).max(100);

/** The funnel in its order; `feasible` is a count beside it. */
export const funnelStages = ["proposed", "parsed", "legal", "novel", "evaluated"] as const;

const funnelSchema = z.strictObject({
  proposed: count,
  parsed: count,
  legal: count,
  novel: count,
  evaluated: count,
  feasible: count,
});

/** One answer of a language model, or one failure to answer. */
const llmCallSchema = z.strictObject({
  /** Evaluations that had ended when it came. */
  evaluationsBefore: count,
  requests: count,
  failed: count,
  inputTokens: count,
  outputTokens: count,
  seconds: z.number().nonnegative(),
});

/** One line of `results.jsonl`: everything that tables need of a finished search. */
export const searchRecordSchema = z.strictObject({
  v: z.literal(1),
  arm: z.string(),
  target: z.string(),
  seed: count,
  /** Of settings and target; see `settingsDigest`. */
  digest: z.string(),
  finishReason: z.string(),
  /** Validation top-1 of the winner; null when nothing within the limits was evaluated. */
  validationPercent: percent.nullable(),
  /** Test top-1 of the winner, opened after the search had finished; null where it stayed sealed. */
  testPercent: percent.nullable(),
  canonical: z.string().nullable(),
  /** Best validation top-1 so far after each evaluation; null while there is none. */
  course: z.array(percent.nullable()),
  /** Evaluator seconds of each evaluation, in the same order. */
  evaluatorSeconds: z.array(z.number().nonnegative()),
  funnel: funnelSchema,
  /** The initial population: the first iteration's candidates, before anything was learnt. */
  firstIteration: z.strictObject({
    evaluations: count,
    meanPercent: percent.nullable(),
    bestPercent: percent.nullable(),
    funnel: funnelSchema,
  }),
  /** Iterations in which a role failed and something stood in for it. */
  degraded: count,
  /** Requests to language models; the heuristic makes none. */
  llm: z.array(llmCallSchema),
});

export type SearchRecord = z.infer<typeof searchRecordSchema>;
export type LlmCall = z.infer<typeof llmCallSchema>;

/** Collects what language models cost while a search's events pass by. */
export class LlmLedger {
  readonly calls: LlmCall[] = [];
  #evaluations = 0;

  note(event: SearchEvent): void {
    if (event.type === "EvaluationCompleted") this.#evaluations++;
    if (!("exchanges" in event)) return;
    const asked = event.exchanges.filter(({ backend }) => backend !== "heuristic");
    if (asked.length === 0) return;
    const sum = (of: (exchange: (typeof asked)[number]) => number): number =>
      asked.reduce((total, exchange) => total + of(exchange), 0);
    this.calls.push({
      evaluationsBefore: this.#evaluations,
      requests: asked.length,
      failed: asked.filter(({ error }) => error !== undefined).length,
      inputTokens: sum(({ usage }) => usage.inputTokens),
      outputTokens: sum(({ usage }) => usage.outputTokens),
      seconds: milliseconds(sum(({ seconds }) => seconds)),
    });
  }
}

/** Which search of a plan a record is of. */
export type RecordKey = Pick<SearchRecord, "arm" | "target" | "seed" | "digest">;

/**
 * The record of a finished search. Throws RangeError for one that has not finished.
 *
 * @param testPercent of the winner, if the test split was opened.
 */
export function recordOf(
  { arm, target, seed, digest }: RecordKey,
  state: SearchState,
  llm: readonly LlmCall[],
  testPercent: number | undefined,
): SearchRecord {
  if (state.phase !== "finished") {
    throw new RangeError(`recordOf: ${arm} on ${target}, seed ${seed} is ${state.phase}`);
  }
  const winner = best(state);
  const first = state.iterations.slice(0, 1);
  const firstPercents = evaluatedOf(first).map(({ status }) => status.result.top1Percent);
  return {
    v: 1,
    arm,
    target,
    seed,
    digest,
    finishReason: state.finishReason ?? "",
    validationPercent: winner?.status.result.top1Percent ?? null,
    testPercent: testPercent ?? null,
    canonical: winner?.architecture.canonical ?? null,
    course: [...bestSoFar(state)],
    evaluatorSeconds: archive(state).map(({ status }) => milliseconds(status.result.seconds)),
    funnel: funnel(state),
    firstIteration: {
      evaluations: firstPercents.length,
      meanPercent: firstPercents.length === 0 ? null : mean(firstPercents),
      bestPercent: firstPercents.length === 0 ? null : Math.max(...firstPercents),
      funnel: funnelOf(first.flatMap(({ candidates }) => candidates ?? [])),
    },
    degraded: state.iterations.filter(({ degraded }) => degraded.length > 0).length,
    llm: [...llm],
  };
}

/** What floating point adds beyond a millisecond is no measurement. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
