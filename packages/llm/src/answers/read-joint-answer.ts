import type { Exchange, JointProposal, JointRequest, RoleAnswer } from "@collm/search";
import { unusable } from "../exchange.js";
import type { RoleMetrics } from "../role-metrics.js";
import { readCandidates } from "./read-candidates.js";
import { splitReflection } from "./split-reflection.js";

/** Reflection and candidates in an answer, whoever wrote it; a failure if no candidate can be read. */
export function readJointAnswer(
  request: JointRequest,
  answer: string,
  exchanges: readonly Exchange[],
  metrics: RoleMetrics,
): RoleAnswer<JointProposal> {
  const { reflection, candidates } = splitReflection(answer);
  const proposals = readCandidates(request.space, candidates, metrics);
  const value = { strategy: reflection, proposals };
  if (proposals.some(({ notation }) => notation !== undefined)) {
    return { kind: "answered", value, exchanges };
  }
  metrics.invalid("no-candidate");
  const failure = unusable(exchanges, "the answer holds no candidate that can be read");
  // Pieces that were meant as candidates are told one by one, each with its problem.
  return proposals.length > 0
    ? { kind: "answered", value, exchanges: failure.exchanges }
    : { kind: "failed", ...failure };
}
