import {
  heuristicCandidates,
  heuristicExchange,
  noTokens,
  type RoleMetrics,
  readCandidates,
} from "@collm/llm";
import type { Generator } from "./generator.js";

/** The Generator without a language model. It answers at once and never fails. */
export function createHeuristicGenerator(metrics: RoleMetrics): Generator {
  return {
    description: { backend: "heuristic", model: "", promptsDigest: "" },
    propose: async (request) => {
      const startedMs = performance.now();
      const answer = heuristicCandidates(request);
      const seconds = (performance.now() - startedMs) / 1_000;
      metrics.answered(noTokens, seconds);
      const { iteration, count, seed } = request;
      const input = { iteration, count, visited: request.visited.length, seed };
      return {
        kind: "answered",
        value: readCandidates(request.space, answer, metrics),
        exchanges: [heuristicExchange(input, answer, seconds)],
      };
    },
  };
}
