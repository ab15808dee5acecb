import { askModel, type ChatBackend, type PromptSet, type RoleMetrics } from "@collm/llm";
import { answerSchema, renderConversation } from "./conversation.js";
import type { Generator } from "./generator.js";
import { readAnswer } from "./read-answer.js";

export interface ChatGeneratorOptions {
  readonly backend: ChatBackend;
  readonly prompts: PromptSet;
  readonly temperature: number;
  readonly maxOutputTokens: number;
  readonly metrics: RoleMetrics;
}

/** The Generator played by a language model. */
export function createChatGenerator(options: ChatGeneratorOptions): Generator {
  const { backend, prompts, metrics } = options;
  return {
    description: {
      backend: backend.name,
      model: backend.model,
      promptsDigest: prompts.digest,
    },
    propose: async (request, signal) => {
      const { text, exchange } = await askModel(
        backend,
        prompts,
        {
          messages: renderConversation(prompts, request),
          temperature: options.temperature,
          maxOutputTokens: options.maxOutputTokens,
          responseSchema: answerSchema(request),
        },
        metrics,
        signal,
      );
      return { proposals: readAnswer(request, text, metrics), exchanges: [exchange] };
    },
  };
}
