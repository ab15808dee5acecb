import type { NasBench201Spec } from "./spec.js";

/** Data sets that the benchmark was trained on. */
export const nasBench201DataSets = ["cifar10", "cifar100", "imagenet16-120"] as const;
export type NasBench201DataSet = (typeof nasBench201DataSets)[number];

const heads = {
  cifar10: { classes: 10, resolution: 32 },
  cifar100: { classes: 100, resolution: 32 },
  "imagenet16-120": { classes: 120, resolution: 16 },
} as const satisfies Record<NasBench201DataSet, Omit<NasBench201Spec, "family">>;

/** The space with the head of one of the benchmark's data sets. */
export function nasBench201Spec(dataSet: NasBench201DataSet): NasBench201Spec {
  return { family: "nas-bench-201", ...heads[dataSet] };
}
