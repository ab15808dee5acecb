import type { Target } from "../plan.js";
import type { SearchRecord } from "../record.js";
import type { Arm } from "../suites/arm.js";

/** What a worker thread is told once. */
export interface WorkerSettings {
  readonly arms: readonly Arm[];
  readonly targets: readonly Extract<Target, { kind: "table" }>[];
}

/** A search to run, by places in the lists of {@link WorkerSettings}. */
export interface WorkerSearch {
  readonly arm: number;
  readonly target: number;
  readonly seed: number;
  readonly digest: string;
}

export type ToWorker =
  | { readonly kind: "run"; readonly searches: readonly WorkerSearch[] }
  | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "finished"; readonly records: readonly SearchRecord[] }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
