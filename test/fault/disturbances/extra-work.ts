import type { WorkMessage } from "@collm/events";
import { evaluationKey } from "@collm/search";
import type { DisturbedSearch } from "../disturbance.js";

/** Work in the search's name that it does not ask for; it is expected to become a dead letter. */
export function extraWork(search: DisturbedSearch, canonical: string): WorkMessage {
  const { contextDigest, name } = search.supernet;
  const key = evaluationKey(canonical, contextDigest);
  search.expectLetter(key);
  const common = { searchId: search.searchId, candidateId: "extra", supernet: name };
  return { ...common, canonical, contextDigest, key, epoch: 0 };
}
