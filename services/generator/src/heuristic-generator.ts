import {
  answerAsGenerator,
  heuristicDescription,
  type RoleMetrics,
  readCandidates,
} from "@collm/llm";
import type { Generator } from "./generator.js";

/** The Generator without a language model. It answers at once and never fails. */
export function createHeuristicGenerator(metrics: RoleMetrics): Generator {
  return {
    description: heuristicDescription,
    propose: async (request) => {
      const { text, exchange } = answerAsGenerator(request, () => performance.now());
      metrics.attempted(exchange);
      metrics.answered(exchange.seconds);
      return {
        kind: "answered",
        value: readCandidates(request.space, text, metrics),
        exchanges: [exchange],
      };
    },
  };
}
