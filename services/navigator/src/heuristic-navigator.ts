import { heuristicExchange, heuristicStrategy, noTokens, type RoleMetrics } from "@collm/llm";
import type { Navigator } from "./navigator.js";

/** The Navigator without a language model. It answers at once and never fails. */
export function createHeuristicNavigator(metrics: RoleMetrics): Navigator {
  return {
    description: { backend: "heuristic", model: "", promptsDigest: "" },
    propose: async (request, onText) => {
      const startedMs = performance.now();
      const strategy = heuristicStrategy(request);
      const seconds = (performance.now() - startedMs) / 1_000;
      metrics.answered(noTokens, seconds);
      onText(strategy);
      const input = {
        iteration: request.iteration,
        rounds: request.trajectory.length,
        hasMemory: request.hasMemory,
        seed: request.seed,
      };
      return {
        kind: "answered",
        value: strategy,
        exchanges: [heuristicExchange(input, strategy, seconds)],
      };
    },
  };
}
