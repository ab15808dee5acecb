import type { Metrics } from "@collm/telemetry";
import type { QueueLoad } from "./evaluation-queue.js";
import type { Accuracy } from "./executor.js";

/** What an evaluator counts. */
export interface EvaluatorMetrics {
  /** An evaluation was answered: `measured`, `stored`, or the error's code. */
  ended(outcome: string): void;
  measured(supernet: string, accuracy: Accuracy): void;
  /** Images went through networks: `calibrate` re-estimates statistics, `run` measures. */
  imagesDone(phase: string, images: number): void;
  /** An evaluation went on from a checkpoint, which has this many images. */
  continued(images: number): void;
  queueChanged(load: QueueLoad): void;
}

/**
 * The counters behind `/metrics`; no label holds an architecture or a search.
 *
 * @param slots evaluations that may run at the same time
 */
export function createEvaluatorMetrics(metrics: Metrics, slots: number): EvaluatorMetrics {
  const evaluations = metrics.counter({
    name: "evaluations_total",
    help: "Evaluations that were answered: measured, stored, or the error's code",
    labels: ["outcome"],
  });
  const seconds = metrics.histogram({
    name: "evaluation_duration_seconds",
    help: "Time that a measured evaluation spent in each phase",
    labels: ["supernet", "phase"],
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
  const saved = metrics.counter({
    name: "evaluation_images_saved_total",
    help: "Images that no network had to see again: of stored results (store), before a checkpoint",
    labels: ["by"],
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
  metrics
    .gauge({ name: "evaluation_slots", help: "Evaluations that may run at the same time here" })
    .set(slots);
  return {
    queueChanged,
    ended: (outcome) => evaluations.inc({ outcome }),
    imagesDone: (phase, count) => images.inc({ phase }, count),
    continued: (count) => {
      continued.inc();
      saved.inc({ by: "checkpoint" }, count);
    },
    measured: (supernet, accuracy) => {
      for (const [phase, value] of Object.entries(accuracy.phaseSeconds)) {
        seconds.observe({ supernet, phase }, value);
      }
    },
  };
}
