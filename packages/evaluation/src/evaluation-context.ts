import { createHash } from "node:crypto";
import type { Manifest } from "@collm/supernet";
import { defaultBatch, type RuntimeSettings, runtimeVersion } from "./runtime.js";

/** Everything besides the architecture that an accuracy depends on. */
export interface EvaluationContext {
  readonly supernetDigest: string;
  /** Identity of the images that are measured. */
  readonly measuredDigest: string;
  /** Identity of the images that statistics are re-estimated with; absent where they are not. */
  readonly calibrationDigest: string | undefined;
  readonly manifest: Pick<Manifest, "recipe" | "normalize">;
  readonly runtime: RuntimeSettings;
}

/** Counted up when this code changes in a way that changes accuracies. */
const measuringVersion = 1;

/**
 * Digest of a context, 64 hex digits. Threads and device are left out: they
 * divide outputs among threads and change no sum.
 */
export function contextDigest(context: EvaluationContext): string {
  const { recipe, normalize } = context.manifest;
  const { mean, std, range = 1, channelOrder = "rgb" } = normalize;
  const isRunning = context.calibrationDigest === undefined;
  return digestOf({
    version: measuringVersion,
    supernet: context.supernetDigest,
    measured: context.measuredDigest,
    // Written only where they differ from the default, which older stores have results of.
    normalize: [
      mean,
      std,
      ...(range === 1 ? [] : [{ range }]),
      ...(channelOrder === "rgb" ? [] : [{ channelOrder }]),
    ],
    batchNorm: isRunning
      ? { mode: "running" }
      : {
          mode: recipe.batchNorm,
          images: context.calibrationDigest,
          batchSize: recipe.batchSize,
          order: "as packed",
        },
    precision: context.runtime.allowTf32 ? "tf32" : "float32",
    batch: context.runtime.batchSize ?? defaultBatch,
    executionProvider: context.runtime.executionProvider,
    runtime: runtimeVersion,
  });
}

/** Digest of plain JSON; keys count in the order they are written. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
