import type { SearchRecord } from "../record.js";

/** A record of a finished search with this course; what is not said is unremarkable. */
export function recordFixture(
  of: Pick<SearchRecord, "arm" | "target" | "seed"> & Partial<SearchRecord>,
  ...course: readonly number[]
): SearchRecord {
  const evaluated = course.length;
  const funnel = {
    proposed: evaluated + 1,
    parsed: evaluated + 1,
    legal: evaluated + 1,
    novel: evaluated,
    evaluated,
    feasible: evaluated,
  };
  return {
    v: 1,
    digest: "digest",
    finishReason: "budget",
    validationPercent: course.at(-1) ?? null,
    testPercent: (course.at(-1) ?? 0) + 1,
    canonical: "cell",
    course: [...course],
    evaluatorSeconds: course.map(() => 100),
    funnel,
    firstIteration: {
      evaluations: 1,
      meanPercent: course[0] ?? null,
      bestPercent: course[0] ?? null,
      funnel,
    },
    degraded: 0,
    llm: [],
    ...of,
  };
}
