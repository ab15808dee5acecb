import type { Metrics } from "@collm/telemetry";
import type { QueueLoad } from "./evaluation-queue.js";
import type { Accuracy } from "./executor.js";

/** What an evaluator counts. */
export interface EvaluatorMetrics {
  /** An evaluation was answered: `measured`, `stored`, or the error's code. */
  ended(outcome: string): void;
  measured(accuracy: Accuracy): void;
  /** Images went through networks: `calibrate` re-estimates statistics, `run` measures. */
  imagesDone(phase: string, images: number): void;
  /** An evaluation went on from a checkpoint. */
  continued(): void;
  queueChanged(load: QueueLoad): void;
}

/** The counters behind `/metrics`; no label holds an architecture or a search. */
export function createEvaluatorMetrics(metrics: Metrics): EvaluatorMetrics {
  const evaluations = metrics.counter({
    name: "evaluations_total",
    help: "Evaluations that were answered: measured, stored, or the error's code",
    labels: ["outcome"],
  });
  const seconds = metrics.histogram({
    name: "evaluation_duration_seconds",
    help: "Time that a measured evaluation spent in each phase",
    labels: ["phase"],
  });
  const images = metrics.counter({
    name: "evaluation_images_total",
    help: "Images that went through networks: to re-estimate statistics (calibrate) or to measure (run)",
    labels: ["phase"],
  });
  const continued = metrics.counter({
    name: "evaluations_continued_total",
    help: "Evaluations that went on from a checkpoint instead of beginning at the beginning",
  });
  const queue = metrics.gauge({
    name: "evaluation_queue_depth",
    help: "Evaluations that run or wait for a worker",
    labels: ["state"],
  });
  const queueChanged = ({ running, waiting }: QueueLoad): void => {
    queue.set({ state: "running" }, running);
    queue.set({ state: "waiting" }, waiting);
  };
  queueChanged({ running: 0, waiting: 0 });
  return {
    queueChanged,
    ended: (outcome) => evaluations.inc({ outcome }),
    imagesDone: (phase, count) => images.inc({ phase }, count),
    continued: () => continued.inc(),
    measured: (accuracy) => {
      for (const [phase, value] of Object.entries(accuracy.phaseSeconds)) {
        seconds.observe({ phase }, value);
      }
    },
  };
}
