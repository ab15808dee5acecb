/** What an evaluation is doing. `build` cuts the subnet and loads its graph. */
export type EvaluationPhase = "build" | "calibrate" | "run";

export interface EvaluationProgress {
  readonly phase: EvaluationPhase;
  /** Images of this phase. */
  readonly imagesDone: number;
  readonly imagesTotal: number;
}

export type ProgressListener = (progress: EvaluationProgress) => void;

/**
 * Asks whether work should go on; checked between batches. An `AbortSignal` is one. Threads that are
 * blocked in a batch cannot hear messages, so workers use a flag in shared memory instead.
 */
export interface StopSignal {
  throwIfAborted(): void;
}

/**
 * Passes on what starts or ends a phase and, in between, at most one report per `intervalMs`, so that
 * small networks do not spend their time on messages.
 */
export function throttleProgress(
  listener: ProgressListener,
  intervalMs = 100,
  now: () => number = () => performance.now(),
): ProgressListener {
  let last = Number.NEGATIVE_INFINITY;
  let lastPhase: EvaluationPhase | undefined;
  return (progress) => {
    const { phase, imagesDone, imagesTotal } = progress;
    // One that goes on from a checkpoint starts a phase in its middle.
    const isEdge = phase !== lastPhase || imagesDone === imagesTotal;
    lastPhase = phase;
    if (!isEdge && now() - last < intervalMs) return;
    last = now();
    listener(progress);
  };
}
