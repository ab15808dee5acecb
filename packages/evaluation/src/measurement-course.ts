import type { EvaluationCheckpoint, EvaluationPlan } from "@collm/search";
import type { EvaluationPhase, StopSignal } from "./progress.js";

/** Where a measurement goes on from, and who takes its checkpoints. */
export interface CheckpointOptions {
  /** Must fit the measurement's plan. Default: the beginning. */
  readonly from?: EvaluationCheckpoint | undefined;
  /**
   * Least milliseconds between two checkpoints; 0 takes one after every batch. A calibration that took
   * a fifth of it has a checkpoint at its end.
   */
  readonly everyMs: number;
  readonly onCheckpoint: (checkpoint: EvaluationCheckpoint) => void;
}

/** Share of `everyMs` after which something costly is worth a checkpoint. */
const costlyShare = 0.2;

/** What changes with a batch. */
type Step = Partial<
  Pick<EvaluationCheckpoint, "calibration" | "imagesDone" | "top1Count" | "top5Count">
>;

/**
 * How far a measurement has come, and when that is told: no more often than asked for, sooner after
 * calibration, and once more when it is stopped, so that nothing done is lost.
 */
export class MeasurementCourse {
  readonly #options: CheckpointOptions | undefined;
  readonly #stop: StopSignal;
  readonly #now: () => number;
  #reached: Omit<EvaluationCheckpoint, "seconds">;
  readonly #seconds: Record<EvaluationPhase, number>;
  #phase: EvaluationPhase = "build";
  #phaseSinceMs: number;
  #toldAtMs: number;
  /** Whether everything reached has been told. */
  #isTold = true;

  constructor(
    plan: EvaluationPlan,
    options: CheckpointOptions | undefined,
    stop: StopSignal,
    now: () => number = () => performance.now(),
  ) {
    this.#options = options;
    this.#stop = stop;
    this.#now = now;
    const { seconds, ...reached } = options?.from ?? {
      plan,
      imagesDone: 0,
      top1Count: 0,
      top5Count: 0,
      seconds: { build: 0, calibrate: 0, run: 0 },
    };
    this.#reached = reached;
    this.#seconds = { ...seconds };
    this.#phaseSinceMs = this.#toldAtMs = now();
  }

  get reached(): Omit<EvaluationCheckpoint, "seconds"> {
    return this.#reached;
  }

  /** Seconds by phase, those before the checkpoint it went on from included. */
  get seconds(): Readonly<Record<EvaluationPhase, number>> {
    this.enter(this.#phase);
    return { ...this.#seconds };
  }

  /** From here on time counts for this phase. */
  enter(phase: EvaluationPhase): void {
    const now = this.#now();
    this.#seconds[this.#phase] += (now - this.#phaseSinceMs) / 1000;
    this.#phase = phase;
    this.#phaseSinceMs = now;
  }

  /** A batch is done. `isCostly`: it completed something that would be dear to repeat. */
  advance(step: Step, { isCostly = false } = {}): void {
    this.#reached = { ...this.#reached, ...step };
    this.#isTold = false;
    const everyMs = this.#options?.everyMs ?? Number.POSITIVE_INFINITY;
    const leastMs = isCostly ? costlyShare * everyMs : everyMs;
    if (this.#now() - this.#toldAtMs >= leastMs) this.#tell();
  }

  /** Call it before each batch. Throws when the measurement is to stop. */
  throwIfStopped(): void {
    try {
      this.#stop.throwIfAborted();
    } catch (reason) {
      if (!this.#isTold) this.#tell();
      throw reason;
    }
  }

  #tell(): void {
    this.#toldAtMs = this.#now();
    this.#isTold = true;
    this.#options?.onCheckpoint({ ...this.#reached, seconds: this.seconds });
  }
}
