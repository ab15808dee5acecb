import { notationShape, parseCandidates, type RoleMetrics } from "@collm/llm";
import type { CandidatesRequest, Proposal } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";

/** The candidates in an answer, whoever wrote it. */
export function readAnswer(
  request: CandidatesRequest,
  answer: string,
  metrics: RoleMetrics,
): readonly Proposal[] {
  const shape = notationShape(createSearchSpace(request.space).jsonSchema());
  const proposals = parseCandidates(answer, shape);
  const unreadable = proposals.filter((proposal) => proposal.notation === undefined).length;
  metrics.proposed(proposals.length - unreadable, unreadable);
  return proposals;
}
