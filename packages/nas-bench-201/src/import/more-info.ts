import { CollmError } from "@collm/errors";
import type { Epochs, TrainingSet } from "../columns.js";
import { type ArchitectureRecord, type MeasuredSplit, mean, sum, type Trial } from "./record.js";

const groupNames = ["train", "valid", "test", "valtest"] as const;
type Group = (typeof groupNames)[number];

/** Which split of the source is called what, by data set; the two runs on CIFAR-10 differ. */
const groupsOf: Readonly<Record<TrainingSet, Partial<Record<Group, MeasuredSplit>>>> = {
  "cifar10-valid": { train: "train", valid: "x-valid", test: "ori-test" },
  cifar10: { train: "train", test: "ori-test" },
  cifar100: { train: "train", valid: "x-valid", test: "x-test", valtest: "ori-test" },
  "ImageNet16-120": { train: "train", valid: "x-valid", test: "x-test", valtest: "ori-test" },
};

export type InfoField = `${Group}-${"loss" | "accuracy" | "per-time" | "all-time"}`;

/** Results by official name; what the source lacks is left out. */
export type MoreInfo = Readonly<Partial<Record<InfoField, number>>>;

export interface InfoQuery {
  readonly set: TrainingSet;
  readonly epochs: Epochs;
  /** Epoch, counted from 0; default is the last. */
  readonly iepoch?: number;
  /** One trial; default is the mean over all. */
  readonly seed?: number;
}

/**
 * The official `get_more_info(..., is_random=False)`: losses, accuracies in percent and seconds of a
 * training run. Throws CollmError not-found for an epoch or a seed that there is not.
 */
export function moreInfo(record: ArchitectureRecord, query: InfoQuery): MoreInfo {
  const { set, epochs, iepoch = epochs - 1 } = query;
  if (!Number.isInteger(iepoch) || iepoch < 0 || iepoch >= epochs) {
    throw new CollmError("not-found", `iepoch: got ${iepoch}, allowed is 0 to ${epochs - 1}`);
  }
  const trials = trialsOf(record, query);
  const info: Partial<Record<InfoField, number>> = {};
  for (const group of groupNames) {
    const split = groupsOf[set][group];
    const all = split === undefined ? [] : trials.map((trial) => measured(trial, split, iepoch));
    const known = all.filter((metrics) => metrics !== undefined);
    // One trial without makes the official mean fail, and it then leaves the group out.
    if (known.length === 0 || known.length < all.length) continue;
    info[`${group}-loss`] = mean(known.map(({ loss }) => loss));
    info[`${group}-accuracy`] = mean(known.map(({ accuracy }) => accuracy));
    const times = known.flatMap(({ allTime }) => allTime ?? []);
    if (times.length < known.length) continue;
    info[`${group}-per-time`] = mean(times) / (iepoch + 1);
    info[`${group}-all-time`] = mean(times);
  }
  return info;
}

function trialsOf(record: ArchitectureRecord, { set, epochs, seed }: InfoQuery): readonly Trial[] {
  const trials = record.trials(set, epochs);
  if (seed === undefined) return trials;
  const chosen = trials.filter((trial) => trial.seed === seed);
  if (chosen.length === 1) return chosen;
  const seeds = trials.map((trial) => trial.seed).join(", ") || "none";
  throw new CollmError("not-found", `seed: got ${seed}, allowed for ${set}/${epochs} is ${seeds}`);
}

interface Metrics {
  readonly loss: number;
  readonly accuracy: number;
  /** Seconds of all epochs up to this one. */
  readonly allTime: number | undefined;
}

function measured(trial: Trial, split: MeasuredSplit, iepoch: number): Metrics | undefined {
  const isTraining = split === "train";
  const at = `${split}@${iepoch}`;
  const loss = isTraining ? trial.trainLosses.get(iepoch) : trial.losses.get(at);
  const accuracy = isTraining ? trial.trainAccuracies.get(iepoch) : trial.accuracies.get(at);
  if (loss === undefined || accuracy === undefined) return undefined;
  const times = epochTimes(trial, split).slice(0, iepoch + 1);
  return { loss, accuracy, allTime: times.length === iepoch + 1 ? sum(times) : undefined };
}

/** Seconds of every epoch in order, up to the first that the source lacks. */
export function epochTimes(trial: Trial, split: MeasuredSplit): readonly number[] {
  const times: number[] = [];
  for (let epoch = 0; epoch < trial.epochs; epoch++) {
    const time =
      split === "train" ? trial.trainTimes.get(epoch) : trial.times.get(`${split}@${epoch}`);
    if (time === undefined) break;
    times.push(time);
  }
  return times;
}
