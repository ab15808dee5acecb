import type { ChatOutcome } from "@collm/llm";
import { parseRanking, type ReadRanking } from "./parse-ranking.js";

/**
 * What became of a trial. `unparsable`: the model spoke, and what it said is no ranking; that is a
 * result and counted. `failed`: the endpoint gave no answer; the trial may be asked again.
 */
export type Verdict = ReadRanking | { readonly kind: "failed"; readonly reason: string };

/** Judges what came of asking for a ranking of `count` labels. */
export function judgeOutcome(outcome: ChatOutcome, count: number): Verdict {
  const last = outcome.attempts.at(-1);
  const isCutOff = last?.isCutOff ?? false;
  if (outcome.kind === "answered") {
    const read = parseRanking(outcome.text, count);
    if (read.kind === "ranked" || !isCutOff) return read;
    return { kind: "unparsable", reason: `${read.reason}; it was cut off at the token limit` };
  }
  // A refusal, or reasoning up to the token limit: asking again would not be fair to other models.
  const hasSpoken = isCutOff || (last?.text ?? "") !== "" || (last?.reasoning ?? "") !== "";
  if (outcome.code === "failed-precondition" && hasSpoken) {
    return { kind: "unparsable", reason: outcome.reason };
  }
  return { kind: "failed", reason: outcome.reason };
}
