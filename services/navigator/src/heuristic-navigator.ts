import {
  answerAlone,
  answerAsNavigator,
  type HeuristicAnswer,
  heuristicDescription,
  type OnText,
  type RoleMetrics,
  readJointAnswer,
} from "@collm/llm";
import type { Navigator } from "./navigator.js";

/** The Navigator without a language model. It answers at once and never fails. */
export function createHeuristicNavigator(metrics: RoleMetrics): Navigator {
  const nowMs = (): number => performance.now();
  const told = (answer: HeuristicAnswer, onText: OnText): HeuristicAnswer => {
    metrics.attempted(answer.exchange);
    metrics.answered(answer.exchange.seconds);
    onText(answer.text, "answer");
    return answer;
  };
  return {
    description: heuristicDescription,
    propose: async (request, onText) => {
      const { text, exchange } = told(answerAsNavigator(request, nowMs), onText);
      return { kind: "answered", value: text, exchanges: [exchange] };
    },
    proposeWithCandidates: async (request, onText) => {
      const { text, exchange } = told(answerAlone(request, nowMs), onText);
      return readJointAnswer(request, text, [exchange], metrics);
    },
  };
}
