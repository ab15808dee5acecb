import type { SearchSpace } from "@collm/search-space";
import { estimateTokens } from "./tokens.js";

/** Estimated tokens that the list of visited architectures may take; the newest stay. */
const maxVisitedTokens = 4_000;

/** The newest visited architectures, one a line, in the notation that the model writes. */
export function visitedInWords(space: SearchSpace, canonicals: readonly string[]): string {
  const lines = canonicals.flatMap((canonical) => {
    const legality = space.parse(canonical);
    if (legality.kind === "illegal") return [];
    return [JSON.stringify(space.notation(legality.architecture))];
  });
  return newestWithin(lines, maxVisitedTokens).join("\n");
}

/** As many of the last texts as fit, in their order. */
export function newestWithin(texts: readonly string[], maxTokens: number): readonly string[] {
  let tokens = 0;
  let first = texts.length;
  while (first > 0) {
    tokens += estimateTokens(texts[first - 1] as string);
    if (tokens > maxTokens) break;
    first--;
  }
  return texts.slice(first);
}
