import type { Epochs, TrainingSet } from "../columns.js";

/** What a network was measured on: its training images, or one of the sets it was evaluated on. */
export type MeasuredSplit = "train" | EvaluationSplit;

/** Names of the source: the halves of what was not trained on, and both together. */
export const evaluationSplits = ["x-valid", "x-test", "ori-test"] as const;
export type EvaluationSplit = (typeof evaluationSplits)[number];

/** One training run: an architecture, a data set, a schedule and a seed. Epochs count from 0. */
export interface Trial {
  readonly seed: number;
  readonly epochs: Epochs;
  readonly trainAccuracies: ReadonlyMap<number, number>;
  readonly trainLosses: ReadonlyMap<number, number>;
  /** Seconds of each epoch; empty where the source has none. */
  readonly trainTimes: ReadonlyMap<number, number>;
  readonly evaluated: readonly EvaluationSplit[];
  /** By `split@epoch`, in percent. */
  readonly accuracies: ReadonlyMap<string, number>;
  readonly losses: ReadonlyMap<string, number>;
  /** Seconds of each evaluation; empty where the source has none. */
  readonly times: ReadonlyMap<string, number>;
  /** Millions, of this trial; a few are of another network (see cost-info.ts). */
  readonly flops: number;
  readonly params: number;
  /** Seconds for a batch, measured several times or never. */
  readonly latencies: readonly number[];
}

/** Everything that a source has on one architecture. */
export interface ArchitectureRecord {
  /** Position in the official list. */
  readonly index: number;
  readonly official: string;
  /** Operators of the six edges. */
  readonly choices: readonly number[];
  /** Whose rules the averages follow: NATS-Bench repairs costs, the API of the old `.pth` does not. */
  readonly origin: "nats-bench" | "nas-bench-201";
  /** Trials by ascending seed; empty where the source has none. */
  trials(set: TrainingSet, epochs: Epochs): readonly Trial[];
}

/** The mean as the official API takes it: the sum in order, divided. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
