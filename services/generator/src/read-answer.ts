import { type RoleMetrics, readCandidates } from "@collm/llm";
import type { CandidatesRequest, Proposal } from "@collm/search";

/** The candidates in an answer, whoever wrote it, and counts them. */
export function readAnswer(
  request: CandidatesRequest,
  answer: string,
  metrics: RoleMetrics,
): readonly Proposal[] {
  const proposals = readCandidates(request, answer);
  const unreadable = proposals.filter((proposal) => proposal.notation === undefined).length;
  metrics.proposed(proposals.length - unreadable, unreadable);
  return proposals;
}
