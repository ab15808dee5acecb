import { type ChatBackend, chatExchange, type PromptSet } from "@collm/llm";
import type { SearchSpace } from "@collm/search-space";
import { answerSchema, renderConversation } from "./conversation.js";
import type { Trial } from "./draw.js";
import type { ExchangeFile } from "./exchange-file.js";
import type { TrialRecord } from "./exchange-record.js";
import { judgeOutcome } from "./judge-outcome.js";

export interface AskOptions {
  readonly backend: ChatBackend;
  readonly prompts: PromptSet;
  readonly space: SearchSpace;
  readonly temperature: number;
  readonly maxOutputTokens: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Told of each trial when it is durable. */
  readonly onTrial?: ((record: TrialRecord) => void) | undefined;
}

/** What is known after asking. */
export interface Asked {
  /** All records of the file, old and new. */
  readonly records: readonly TrialRecord[];
  /** Why asking ended before all trials were asked; absent if it did not. */
  readonly stopped?: string | undefined;
}

/** A wrong key or a dead endpoint fails every trial alike, and each costs retries and waits. */
const maxFailuresInARow = 3;

/**
 * Asks a model for the trials that have no answer in the file yet, a failed one again. Every
 * trial is appended to the file as it comes. Ends early when the signal aborts or the endpoint
 * fails several trials in a row.
 */
export async function askTrials(
  trials: readonly Trial[],
  file: ExchangeFile,
  options: AskOptions,
): Promise<Asked> {
  const { backend, prompts, space, signal } = options;
  const answered = answeredTrials(file.records);
  const queue = trials.filter((trial) => !answered.has(keyOf(trial.protocol, trial.index)));
  const records: TrialRecord[] = [...file.records];
  let failuresInARow = 0;
  let stopped: string | undefined;

  const ask = async (trial: Trial): Promise<void> => {
    const count = trial.shown.length;
    const request = {
      messages: renderConversation(prompts, space, trial),
      temperature: options.temperature,
      maxOutputTokens: options.maxOutputTokens,
      responseSchema: answerSchema(count),
    };
    const outcome = await backend.complete(request, signal);
    const verdict = judgeOutcome(outcome, count);
    const record = {
      v: 1 as const,
      kind: "trial" as const,
      protocol: trial.protocol,
      trial: trial.index,
      shown: trial.shown.map(({ architecture }) => architecture.canonical),
      exchanges: outcome.attempts.map((attempt) => chatExchange(prompts, attempt)),
      verdict: verdict.kind === "ranked" ? { ...verdict, order: [...verdict.order] } : verdict,
    };
    await file.append(record);
    records.push(record);
    options.onTrial?.(record);
    // What an interruption cancels says nothing about the endpoint.
    if (signal.aborted) stopped ??= "it was interrupted";
    failuresInARow = verdict.kind === "failed" ? failuresInARow + 1 : 0;
    if (verdict.kind === "failed" && failuresInARow >= maxFailuresInARow) {
      stopped ??= `${failuresInARow} trials in a row had no answer, the last one because ${verdict.reason}`;
    }
  };
  const work = async (): Promise<void> => {
    while (stopped === undefined) {
      if (signal.aborted) stopped ??= "it was interrupted";
      const trial = stopped === undefined ? queue.shift() : undefined;
      if (trial === undefined) return;
      await ask(trial);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return { records, stopped };
}

/** Trials that a model has answered, readably or not, by {@link keyOf}; the last answer counts. */
export function answeredTrials(records: readonly TrialRecord[]): ReadonlyMap<string, TrialRecord> {
  return new Map(
    records
      .filter(({ verdict }) => verdict.kind !== "failed")
      .map((record) => [keyOf(record.protocol, record.trial), record]),
  );
}

export function keyOf(protocol: string, index: number): string {
  return `${protocol}/${index}`;
}
