import {
  askModel,
  type ChatBackend,
  type PromptSet,
  type RoleDescription,
  type RoleMetrics,
  readCandidates,
  unusable,
} from "@collm/llm";
import { answerSchema, renderConversation } from "./conversation.js";
import type { Generator } from "./generator.js";

export interface ChatGeneratorOptions {
  readonly description: RoleDescription;
  readonly backend: ChatBackend;
  readonly prompts: PromptSet;
  readonly temperature: number;
  /** Absent leaves it to the endpoint. */
  readonly topP?: number | undefined;
  readonly maxOutputTokens: number;
  readonly metrics: RoleMetrics;
}

/** The Generator played by a language model. */
export function createChatGenerator(options: ChatGeneratorOptions): Generator {
  const { description, backend, prompts, metrics } = options;
  return {
    description,
    propose: async (request, signal) => {
      const answer = await askModel(
        backend,
        prompts,
        {
          messages: renderConversation(prompts, request),
          temperature: options.temperature,
          topP: options.topP,
          maxOutputTokens: options.maxOutputTokens,
          responseSchema: answerSchema(request),
        },
        metrics,
        signal,
      );
      if (answer.kind === "failed") return answer;
      const proposals = readCandidates(request.space, answer.value, metrics);
      if (proposals.some(({ notation }) => notation !== undefined)) {
        return { ...answer, value: proposals };
      }
      metrics.invalid("no-candidate");
      const { reason, exchanges } = unusable(
        answer.exchanges,
        "the answer holds no candidate that can be read",
      );
      // Pieces that were meant as candidates are told one by one, each with its problem.
      return proposals.length > 0
        ? { kind: "answered", value: proposals, exchanges }
        : { kind: "failed", reason, exchanges };
    },
  };
}
