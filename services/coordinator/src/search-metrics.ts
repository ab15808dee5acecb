import {
  finishReasons,
  type RejectionReason,
  rejectionReasons,
  type SearchEvent,
} from "@collm/search";
import type { Metrics } from "@collm/telemetry";

/** Seconds; from an idle evaluator to a night's queue. */
const waitBucketsSeconds = [0.01, 0.1, 1, 5, 15, 60, 300, 1_800, 7_200, 28_800];

/** Of `candidates_total`, in the order in which candidates come to them. */
const stages = ["proposed", "parsed", "legal", "novel", "requested", "feasible", "evaluated"];

/** Codes that evaluations mostly fail with; others are shown when they come. */
const failureCodes = ["internal", "deadline-exceeded", "unavailable", "invalid-argument"];

/** How far a rejected candidate came, beyond being proposed. */
const stagesPassed: Readonly<Record<RejectionReason, readonly string[]>> = {
  unparsable: [],
  illegal: ["parsed"],
  duplicate: ["parsed", "legal"],
  isomorphic: ["parsed", "legal"],
  "over-limit": ["parsed", "legal", "novel"],
  surplus: ["parsed", "legal", "novel"],
};

/**
 * Counts what happens in searches, from their events. No label holds a search, a candidate or an
 * architecture.
 *
 * @returns makes who is told the events of one search, each once, when it is durable
 */
export function createSearchMetrics(metrics: Metrics): () => (event: SearchEvent) => void {
  const candidates = metrics.counter({
    name: "candidates_total",
    help: "Candidates that came as far as each stage; feasible are requested and within the limits",
    labels: ["stage"],
  });
  const rejected = metrics.counter({
    name: "candidates_rejected_total",
    help: "Candidates that were not evaluated, by reason",
    labels: ["reason"],
  });
  const failures = metrics.counter({
    name: "evaluation_failures_total",
    help: "Evaluations that failed, by the error's code; those that are tried again too",
    labels: ["code"],
  });
  const degraded = metrics.counter({
    name: "degraded_total",
    help: "Answers that a role did not give, so that something stood in for it",
    labels: ["role"],
  });
  const ended = metrics.counter({
    name: "searches_ended_total",
    help: "Searches that came to rest: why they finished, or shutdown or failure where interrupted",
    labels: ["reason"],
  });
  const wait = metrics.histogram({
    name: "queue_wait_seconds",
    help: "Time from asking for an evaluation until an evaluator begins it",
    buckets: waitBucketsSeconds,
  });
  const saved = metrics.counter({
    name: "evaluation_images_saved_total",
    help: "Images that no network had to see again: of stored results (store), before a checkpoint",
    labels: ["by"],
  });
  // Shown from the start: the first ones are seen as an increase, and shares of a whole can be told when
  // there is only one part of it, such as failures.
  for (const stage of stages) candidates.inc({ stage }, 0);
  for (const reason of rejectionReasons) rejected.inc({ reason }, 0);
  for (const code of failureCodes) failures.inc({ code }, 0);
  for (const role of ["navigator", "generator"]) degraded.inc({ role }, 0);
  for (const reason of [...finishReasons, "shutdown", "failure"]) ended.inc({ reason }, 0);
  saved.inc({ by: "store" }, 0);
  const came = (to: readonly string[], value = 1): void => {
    for (const stage of to) candidates.inc({ stage }, value);
  };

  return () => {
    /** When evaluations were asked for that nobody has begun: milliseconds, by candidate. */
    const since = new Map<string, number>();
    return (event) => {
      switch (event.type) {
        case "CandidatesProposed":
          return came(["proposed"], event.candidates.length);
        case "CandidateRejected":
          rejected.inc({ reason: event.reason });
          return came(stagesPassed[event.reason]);
        case "EvaluationRequested":
          since.set(event.candidateId, Date.parse(event.at));
          if (event.attempt > 1) return;
          came(["parsed", "legal", "novel", "requested"]);
          return event.isFeasible ? came(["feasible"]) : undefined;
        case "EvaluationStarted": {
          const sinceMs = since.get(event.candidateId);
          since.delete(event.candidateId);
          // Begun again after a death: the first time counts.
          if (sinceMs !== undefined) wait.observe((Date.parse(event.at) - sinceMs) / 1000);
          return;
        }
        case "EvaluationCompleted":
          since.delete(event.candidateId);
          if (event.source === "store") saved.inc({ by: "store" }, event.result.images);
          return came(["evaluated"]);
        case "EvaluationFailed":
          since.delete(event.candidateId);
          return failures.inc({ code: event.code });
        case "Degraded":
          return degraded.inc({ role: event.role });
        case "SearchFinished":
          return ended.inc({ reason: event.reason });
        case "SearchInterrupted":
          return ended.inc({ reason: event.cause ?? "failure" });
        default:
          return;
      }
    };
  };
}
