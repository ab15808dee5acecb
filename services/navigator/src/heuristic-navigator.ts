import { answerAsNavigator, noTokens, type RoleMetrics } from "@collm/llm";
import type { Navigator } from "./navigator.js";

/** The Navigator without a language model. It answers at once and never fails. */
export function createHeuristicNavigator(metrics: RoleMetrics): Navigator {
  return {
    description: { backend: "heuristic", model: "", promptsDigest: "" },
    propose: async (request, onText) => {
      const { text, exchange } = answerAsNavigator(request, () => performance.now());
      metrics.answered(noTokens, exchange.seconds);
      onText(text);
      return { kind: "answered", value: text, exchanges: [exchange] };
    },
  };
}
