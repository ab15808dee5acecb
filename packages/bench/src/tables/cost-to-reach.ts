import { mean } from "@collm/statistics";
import type { SearchRecord } from "../record.js";
import { bestAfter } from "./summarise.js";

/** What a searcher spends on average until a score is reached on average. */
export interface CostToReach {
  readonly evaluations: number;
  readonly evaluatorSeconds: number;
  readonly llmSeconds: number;
  readonly llmTokens: number;
}

/**
 * The cost up to the first evaluation after which the mean of the best so far is at least `score`;
 * undefined if that never happens. By the mean over runs, so that runs which never reach the score
 * count for what they are.
 */
export function costToReach(
  records: readonly SearchRecord[],
  score: number,
): CostToReach | undefined {
  const longest = Math.max(0, ...records.map(({ course }) => course.length));
  for (let evaluations = 1; evaluations <= longest; evaluations++) {
    const percents = records.map((record) => bestAfter(record, evaluations));
    // What rounding adds to a mean of equal numbers must not hide that it is reached.
    if (!(mean(percents) >= score - 1e-9)) continue;
    const spent = records.map(({ llm }) =>
      llm.filter(({ evaluationsBefore }) => evaluationsBefore < evaluations),
    );
    return {
      evaluations,
      evaluatorSeconds: mean(
        records.map(({ evaluatorSeconds }) =>
          evaluatorSeconds.slice(0, evaluations).reduce((sum, seconds) => sum + seconds, 0),
        ),
      ),
      llmSeconds: mean(spent.map((calls) => calls.reduce((sum, { seconds }) => sum + seconds, 0))),
      llmTokens: mean(
        spent.map((calls) =>
          calls.reduce((sum, call) => sum + call.inputTokens + call.outputTokens, 0),
        ),
      ),
    };
  }
  return undefined;
}
