import { quantile } from "./summary.js";

/** How soon runs reach a score. */
export interface Reach {
  /** Share of the runs that reached it, 0 to 1. */
  readonly share: number;
  /** Median of the evaluations needed; Infinity when fewer than half of the runs reached it. */
  readonly medianEvaluations: number;
}

/**
 * Evaluations until the best so far is at least `score`, counted from 1; Infinity if that never
 * happens. NaN or null in the course means that nothing counts yet.
 */
export function evaluationsToReach(course: readonly (number | null)[], score: number): number {
  const place = course.findIndex((best) => best !== null && best >= score);
  return place === -1 ? Number.POSITIVE_INFINITY : place + 1;
}

/** Summary over runs. A run that ended without the score counts as later than all others. */
export function reachOf(courses: readonly (readonly (number | null)[])[], score: number): Reach {
  const needed = courses.map((course) => evaluationsToReach(course, score));
  return {
    share: needed.filter(Number.isFinite).length / needed.length,
    medianEvaluations: quantile(needed, 0.5),
  };
}
