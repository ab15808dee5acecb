import { isDeepStrictEqual } from "node:util";
import { CollmError } from "@collm/errors";
import type { ProgressListener } from "@collm/evaluation";
import { abortReason } from "@collm/rpc";
import {
  type EvaluationOutcome,
  type EvaluationResult,
  type EvaluationStore,
  evaluationKey,
} from "@collm/search";
import type { Architecture } from "@collm/search-space";
import type { Logger } from "@collm/telemetry";
import { CheckpointKeeper, type CheckpointSettings } from "./checkpoint-keeper.js";
import type { EvaluationQueue } from "./evaluation-queue.js";
import type { EvaluatorMetrics } from "./evaluator-metrics.js";
import type { Accuracy, MeasuredSplit, MeasuringOptions } from "./executor.js";
import type { HostedSupernet } from "./hosted-supernet.js";
import { ImageMeter } from "./image-meter.js";
import { inMeasuringSpan, type MeasuringSpan } from "./measuring-span.js";
import { SharedWork, type WorkOptions } from "./shared-work.js";

/** What is to be measured, by content. */
export interface EvaluationTask {
  readonly supernet: string;
  readonly canonical: string;
  readonly contextDigest: string;
}

export interface RunOptions {
  /** Stops the evaluation between two batches, unless others wait for it too. */
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener | undefined;
}

export interface RunnerOptions {
  readonly supernets: ReadonlyMap<string, HostedSupernet>;
  readonly store: EvaluationStore;
  readonly queue: EvaluationQueue;
  readonly metrics: EvaluatorMetrics;
  /** Absent: none are kept, and an evaluation that was interrupted begins anew. */
  readonly checkpoints: CheckpointSettings | undefined;
  readonly logger: Logger;
}

/** An outcome on the way: failures are thrown until the last moment. */
interface Completed {
  readonly result: EvaluationResult;
  readonly isStored: boolean;
}

/**
 * Executes evaluations, whoever brings them (gRPC, a work queue). What is stored is never run again,
 * identical requests under way are joined, a result is in the store before anybody hears of it, and
 * one that was interrupted goes on from its last checkpoint.
 */
export class EvaluationRunner {
  readonly #options: RunnerOptions;
  readonly #underWay = new SharedWork<Completed>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /**
   * Measures on the validation split. Never throws. Failure codes: `not-found` (supernet),
   * `failed-precondition` (another context digest), `invalid-argument` (illegal architecture),
   * `resource-exhausted` (queue full), `unavailable` (a worker died, shutting down), `cancelled`.
   */
  async run(task: EvaluationTask, options: RunOptions): Promise<EvaluationOutcome> {
    return await this.#outcomeOf(options.signal, async () => {
      const hosted = this.supernet(task.supernet);
      requireContext(hosted, task.contextDigest);
      const architecture = requireLegal(hosted, task.canonical);
      return await this.#obtain(hosted, architecture, "validation", task.contextDigest, options);
    });
  }

  /**
   * Measures on the test split for who measured in the task's context, under a context of its own; once
   * measured, always the same. Failure codes as of `run`.
   */
  async openTest(task: EvaluationTask, options: RunOptions): Promise<EvaluationOutcome> {
    return await this.#outcomeOf(options.signal, async () => {
      const hosted = this.supernet(task.supernet);
      requireContext(hosted, task.contextDigest);
      const architecture = requireLegal(hosted, task.canonical);
      const contextDigest = await hosted.testContextDigest();
      return await this.#obtain(hosted, architecture, "test", contextDigest, options);
    });
  }

  /**
   * Stops all evaluations between two batches, for this process is about to end. They fail as
   * `unavailable` once their checkpoints are written, as does every later one.
   */
  suspend(): void {
    this.#underWay.stop(new CollmError("unavailable", "the evaluator is shutting down"));
  }

  /** The subnet as an ONNX model. Throws like the failures of `run`. */
  async exportModel(
    task: Omit<EvaluationTask, "contextDigest">,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const hosted = this.supernet(task.supernet);
    const architecture = requireLegal(hosted, task.canonical);
    return await this.#options.queue.run(signal, () =>
      hosted.executor.exportModel(architecture, { signal }),
    );
  }

  /** Throws `not-found` for a name that is not served here. */
  supernet(name: string): HostedSupernet {
    const hosted = this.#options.supernets.get(name);
    if (hosted) return hosted;
    const known = [...this.#options.supernets.keys()].join(", ") || "none";
    throw new CollmError("not-found", `supernet: got "${name}", this evaluator serves ${known}`);
  }

  async #obtain(
    hosted: HostedSupernet,
    architecture: Architecture,
    split: MeasuredSplit,
    contextDigest: string,
    options: RunOptions,
  ): Promise<Completed> {
    const { store, queue, metrics } = this.#options;
    const key = evaluationKey(architecture.canonical, contextDigest);
    return await this.#underWay.join(
      key,
      async ({ signal, onProgress }) => {
        const stored = await store.read(key);
        if (stored) return { result: stored, isStored: true };
        return await queue.run(signal, async (hasWaited) => {
          // Another evaluator on the same store may have been faster while this one waited.
          const storedMeanwhile = hasWaited ? await store.read(key) : undefined;
          if (storedMeanwhile) return { result: storedMeanwhile, isStored: true };
          const { canonical } = architecture;
          const measured = { supernet: hosted.info.name, canonical, split };
          return await inMeasuringSpan(measured, (span) =>
            this.#measure(key, span, { signal, onProgress }, async (measuring) => {
              const accuracy = await hosted.executor.measure(architecture, split, measuring);
              metrics.measured(measured.supernet, accuracy);
              return accuracy;
            }),
          );
        });
      },
      options,
    );
  }

  async #measure(
    key: string,
    span: MeasuringSpan,
    { signal, onProgress }: WorkOptions,
    measure: (options: MeasuringOptions) => Promise<Accuracy>,
  ): Promise<Completed> {
    const { store, metrics, checkpoints, logger } = this.#options;
    const meter = new ImageMeter(metrics.imagesDone);
    const keeper =
      checkpoints &&
      new CheckpointKeeper({
        ...checkpoints,
        key,
        logger,
        onContinued: (checkpoint) => {
          meter.startFrom(checkpoint);
          metrics.continued(checkpoint.imagesDone + (checkpoint.calibration?.imagesDone ?? 0));
        },
        onReached: (checkpoint) => meter.checkpoint(checkpoint),
      });
    const report: ProgressListener = (progress) => {
      meter.progress(progress);
      span.progress(progress);
      onProgress?.(progress);
    };
    // Says that work begins, before there is any: the coordinator counts repeated work by it.
    report({ phase: "build", imagesDone: 0, imagesTotal: 0 });
    const started = performance.now();
    try {
      const accuracy = await measure({ signal, onProgress: report, checkpoints: keeper });
      meter.progress({ phase: "run", imagesDone: accuracy.images, imagesTotal: accuracy.images });
      span.measured(accuracy);
      const seconds = (keeper?.secondsBefore ?? 0) + (performance.now() - started) / 1000;
      const result = resultOf(accuracy, seconds);
      const kept = await store.write(key, result);
      await keeper?.remove();
      // Another may still have been faster just now; the first write wins.
      return { result: kept, isStored: !isDeepStrictEqual(kept, result) };
    } finally {
      // Whoever takes the evaluation over must find what was done.
      await keeper?.settled();
    }
  }

  async #outcomeOf(
    signal: AbortSignal,
    obtain: () => Promise<Completed>,
  ): Promise<EvaluationOutcome> {
    try {
      const completed = await obtain();
      this.#options.metrics.ended(completed.isStored ? "stored" : "measured");
      return { kind: "completed", ...completed };
    } catch (thrown) {
      const error = signal.aborted ? abortReason(signal) : CollmError.from(thrown);
      this.#options.metrics.ended(error.code);
      const { code, message, isRetryable } = error;
      return { kind: "failed", code, message, isRetryable };
    }
  }
}

function requireContext(hosted: HostedSupernet, contextDigest: string): void {
  const { name, contextDigest: own } = hosted.info;
  if (contextDigest === own) return;
  throw new CollmError(
    "failed-precondition",
    `context digest of supernet ${name}: the caller has ${contextDigest}, this evaluator ${own}; ` +
      "supernet, images, recipe, execution provider or runtime differ",
  );
}

function requireLegal(hosted: HostedSupernet, canonical: string): Architecture {
  const legality = hosted.space.parse(canonical);
  if (legality.kind === "legal") return legality.architecture;
  throw new CollmError("invalid-argument", `architecture: ${legality.reasons.join("; ")}`);
}

function resultOf(accuracy: Accuracy, seconds: number): EvaluationResult {
  const { top1Percent, top5Percent, images, chargedSeconds } = accuracy;
  return {
    top1Percent,
    ...(top5Percent === undefined ? {} : { top5Percent }),
    images,
    seconds: chargedSeconds ?? seconds,
  };
}
