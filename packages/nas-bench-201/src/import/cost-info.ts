import type { Epochs, TrainingSet } from "../columns.js";
import { epochTimes } from "./more-info.js";
import {
  type ArchitectureRecord,
  evaluationSplits,
  type MeasuredSplit,
  mean,
  sum,
  type Trial,
} from "./record.js";

type TimeField = `T-${MeasuredSplit}@${"epoch" | "total"}`;

/** Costs by official name; what the source lacks is left out. */
export type CostInfo = Readonly<
  Partial<Record<"flops" | "params" | "latency" | TimeField, number>>
>;

/**
 * The official `get_cost_info`: FLOPs and parameters in millions, latency in seconds for a batch, and
 * seconds of an epoch and of all epochs by split, each the mean over all trials.
 */
export function costInfo(record: ArchitectureRecord, set: TrainingSet, epochs: Epochs): CostInfo {
  const trials = record.trials(set, epochs);
  const info: Partial<Record<keyof CostInfo, number>> = {};
  if (trials.length === 0) return info;
  for (const field of ["flops", "params"] as const) {
    const cost = costOf(record, trials, field);
    if (cost !== undefined) info[field] = cost;
  }
  const latencies = trials
    .filter((trial) => trial.latencies.length > 0)
    .map((trial) => mean(trial.latencies))
    .filter((latency) => latency > 0);
  if (latencies.length > 0) info.latency = mean(latencies);
  for (const split of ["train", ...evaluationSplits] as const) {
    const times = trials.map((trial) => epochTimes(trial, split));
    if (times.some((all) => all.length < epochs)) continue;
    info[`T-${split}@epoch`] = mean(times.map(mean));
    info[`T-${split}@total`] = mean(times.map(sum));
  }
  return info;
}

/**
 * In some 150 architectures the cost of one trial (seed 777 where it was seen) is of another network.
 * NATS-Bench therefore takes the cost of seed 888 alone where five decimals tell trials apart;
 * undefined where there is no such seed. The API of the old `.pth` takes the mean all the same.
 */
function costOf(
  { origin }: ArchitectureRecord,
  trials: readonly Trial[],
  field: "flops" | "params",
): number | undefined {
  const costs = trials.map((trial) => trial[field]);
  const isOne = new Set(costs.map((cost) => cost.toFixed(5))).size === 1;
  if (isOne || origin === "nas-bench-201") return mean(costs);
  return trials.find(({ seed }) => seed === 888)?.[field];
}
