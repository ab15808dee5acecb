import {
  heuristicExchange,
  heuristicReflectionAndCandidates,
  heuristicStrategy,
  noTokens,
  type RoleMetrics,
} from "@collm/llm";
import type { StrategyRequest } from "@collm/search";
import type { Navigator } from "./navigator.js";
import { readJointAnswer } from "./read-joint-answer.js";

/** The Navigator without a language model. It answers at once and never fails. */
export function createHeuristicNavigator(metrics: RoleMetrics): Navigator {
  /** An answer and its record. */
  const timed = (
    request: StrategyRequest,
    answerTo: () => string,
    onText: (piece: string) => void,
  ) => {
    const startedMs = performance.now();
    const answer = answerTo();
    const seconds = (performance.now() - startedMs) / 1_000;
    metrics.answered(noTokens, seconds);
    onText(answer);
    const input = {
      iteration: request.iteration,
      rounds: request.trajectory.length,
      hasMemory: request.hasMemory,
      seed: request.seed,
    };
    return { answer, exchanges: [heuristicExchange(input, answer, seconds)] };
  };
  return {
    description: { backend: "heuristic", model: "", promptsDigest: "" },
    propose: async (request, onText) => {
      const { answer, exchanges } = timed(request, () => heuristicStrategy(request), onText);
      return { kind: "answered", value: answer, exchanges };
    },
    proposeWithCandidates: async (request, onText) => {
      const { answer, exchanges } = timed(
        request,
        () => heuristicReflectionAndCandidates(request),
        onText,
      );
      return readJointAnswer(request, answer, exchanges, metrics);
    },
  };
}
