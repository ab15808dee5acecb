import { createHash } from "node:crypto";
import type { BenchmarkSettings } from "@collm/nas-bench-201";
import type { Arm } from "./suites/arm.js";

/** What is searched. */
export type Target =
  | {
      readonly kind: "table";
      readonly name: string;
      /** Absolute path of the table. */
      readonly path: string;
      readonly settings: BenchmarkSettings;
      /** Absolute path of the manifest, where there is one; needed to search through services. */
      readonly manifest?: string;
    }
  | {
      readonly kind: "supernet";
      readonly name: string;
      /** Absolute path of the manifest. */
      readonly manifest: string;
    };

/** One search of a suite. */
export interface PlannedSearch {
  readonly arm: Arm;
  readonly target: Target;
  readonly seed: number;
  /** Of everything but the seed that the result depends on. */
  readonly digest: string;
}

/**
 * Every arm on every target with every seed, in everything else equal. Seed by seed, so that a suite
 * that was interrupted compares what it has.
 *
 * @param identityOf what the accuracies of a target depend on, such as digests of weights and images.
 */
export function planSearches(
  arms: readonly Arm[],
  targets: readonly Target[],
  seeds: number,
  identityOf: (target: Target) => string,
): readonly PlannedSearch[] {
  const kinds = arms.flatMap((arm) =>
    targets.map((target) => ({ arm, target, digest: settingsDigest(arm, identityOf(target)) })),
  );
  return Array.from({ length: seeds }, (_, seed) =>
    kinds.map((kind) => ({ ...kind, seed })),
  ).flat();
}

/** The search's place in a suite, e.g. `collm/cifar10/7`. */
export function searchKey(of: {
  readonly arm: string;
  readonly target: string;
  readonly seed: number;
}): string {
  return `${of.arm}/${of.target}/${of.seed}`;
}

/** Changes with every setting that may change a result; the arm's name and label do not. */
export function settingsDigest({ config, players }: Arm, identity: string): string {
  const { seed: _, ...settings } = config;
  const text = JSON.stringify(sorted({ settings, players: players ?? null, identity }));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Keys in one order, whoever wrote the object. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => [key, sorted(held)]),
  );
}
