import type { CandidatesRequest, Proposal } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { notationShape } from "./notation-shape.js";
import { parseCandidates } from "./parse-candidates.js";

/** The candidates in an answer to this request, whoever wrote it. */
export function readCandidates(
  { space }: Pick<CandidatesRequest, "space">,
  answer: string,
): readonly Proposal[] {
  return parseCandidates(answer, notationShape(createSearchSpace(space).jsonSchema()));
}
