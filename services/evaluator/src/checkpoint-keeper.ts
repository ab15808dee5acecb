import {
  type CheckpointStore,
  checkpointProblem,
  type EvaluationCheckpoint,
  type EvaluationPlan,
} from "@collm/search";
import type { Logger } from "@collm/telemetry";
import type { Checkpoints } from "./executor.js";

/** Where an evaluator keeps checkpoints, and how often one is taken. */
export interface CheckpointSettings {
  readonly store: CheckpointStore;
  readonly everyMs: number;
}

export interface KeeperOptions extends CheckpointSettings {
  /** The evaluation's content key. */
  readonly key: string;
  readonly logger: Logger;
  /** The evaluation goes on from this checkpoint. */
  onContinued(checkpoint: EvaluationCheckpoint): void;
  /** The evaluation has come this far. */
  onReached(checkpoint: EvaluationCheckpoint): void;
}

/**
 * The checkpoints of one evaluation. Whatever the store does, the evaluation does not wait for it and
 * never fails: without a checkpoint it begins at the beginning. While one is being written, only the
 * latest of those that come waits.
 */
export class CheckpointKeeper implements Checkpoints {
  readonly everyMs: number;
  readonly #options: KeeperOptions;
  #latest: EvaluationCheckpoint | undefined;
  #writing: Promise<void> | undefined;
  #mayBeStored = false;
  #hasWarned = false;
  #secondsBefore = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.everyMs = options.everyMs;
  }

  /** Seconds that earlier pieces of the evaluation took. */
  get secondsBefore(): number {
    return this.#secondsBefore;
  }

  read = async (plan: EvaluationPlan): Promise<EvaluationCheckpoint | undefined> => {
    const { store, key, logger, onContinued } = this.#options;
    try {
      const found = await store.read(key);
      if (!found) return undefined;
      this.#mayBeStored = true;
      const problem = checkpointProblem(found, plan);
      if (problem !== undefined) {
        logger.warn({ key, problem }, "a checkpoint does not fit and is ignored");
        return undefined;
      }
      const { imagesDone, calibration, seconds } = found;
      this.#secondsBefore = seconds.build + seconds.calibrate + seconds.run;
      logger.info(
        { key, calibrationImagesDone: calibration?.imagesDone ?? 0, imagesDone },
        "going on from a checkpoint",
      );
      onContinued(found);
      return found;
    } catch (error) {
      this.#mayBeStored = true;
      logger.warn({ err: error, key }, "a checkpoint cannot be read and is ignored");
      return undefined;
    }
  };

  save = (checkpoint: EvaluationCheckpoint): void => {
    this.#options.onReached(checkpoint);
    this.#latest = checkpoint;
    this.#writing ??= this.#write();
  };

  /** Waits until what was saved is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** The result is stored: nobody needs the checkpoint any more. */
  async remove(): Promise<void> {
    this.#latest = undefined;
    await this.#writing;
    if (!this.#mayBeStored) return;
    const { store, key, logger } = this.#options;
    await store
      .remove(key)
      .catch((error: unknown) => logger.warn({ err: error, key }, "a checkpoint stays"));
  }

  async #write(): Promise<void> {
    const { store, key, logger } = this.#options;
    for (let next = this.#take(); next; next = this.#take()) {
      this.#mayBeStored = true;
      try {
        await store.write(key, next);
      } catch (error) {
        // What is wrong with one is wrong with the next.
        if (!this.#hasWarned) logger.warn({ err: error, key }, "a checkpoint cannot be written");
        this.#hasWarned = true;
      }
    }
    this.#writing = undefined;
  }

  #take(): EvaluationCheckpoint | undefined {
    const next = this.#latest;
    this.#latest = undefined;
    return next;
  }
}
