/** Names a search, its journal and its run directory. */
export type SearchId = string & { readonly __brand: "SearchId" };

const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Reads a search id: lower-case letters, digits and hyphens, at most 63 characters. */
export function parseSearchId(text: string): SearchId {
  if (!pattern.test(text)) {
    throw new RangeError(
      `search id: got "${text}", allowed are 1 to 63 lower-case letters, digits and hyphens`,
    );
  }
  return text as SearchId;
}

/** Names a candidate: its iteration and its place in the answer, both counted from 1. */
export function candidateId(iteration: number, place: number): string {
  return `${iteration}.${place}`;
}

/**
 * Identifies an evaluation by content: the canonical architecture and the digest of everything
 * else the result depends on (supernet, image slice, recipe, provider, runtime). Limits and
 * searches are no part of it, so searches share results.
 */
export function evaluationKey(canonical: string, contextDigest: string): string {
  return `${canonical}@${contextDigest}`;
}
