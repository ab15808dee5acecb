import type { Proposal } from "@collm/search";
import { createSearchSpace, type SpaceSpec } from "@collm/search-space";
import type { RoleMetrics } from "../role-metrics.js";
import { notationShape } from "./notation-shape.js";
import { parseCandidates } from "./parse-candidates.js";

/** The candidates in an answer, whoever wrote it, counted. */
export function readCandidates(
  space: SpaceSpec,
  answer: string,
  metrics: RoleMetrics,
): readonly Proposal[] {
  const shape = notationShape(createSearchSpace(space).jsonSchema());
  const proposals = parseCandidates(answer, shape);
  const unreadable = proposals.filter((proposal) => proposal.notation === undefined).length;
  metrics.proposed(proposals.length - unreadable, unreadable);
  return proposals;
}
