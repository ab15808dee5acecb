import { askModel, type ChatBackend, type PromptSet, type RoleMetrics } from "@collm/llm";
import { renderConversation } from "./conversation.js";
import type { Navigator } from "./navigator.js";

export interface ChatNavigatorOptions {
  readonly backend: ChatBackend;
  readonly prompts: PromptSet;
  readonly temperature: number;
  readonly maxOutputTokens: number;
  /**
   * Estimated tokens that the conversation may have; the answer comes on top. Default 20,000: with
   * an answer of 8,192 tokens it fits a window of 32k.
   */
  readonly contextTokens?: number | undefined;
  readonly metrics: RoleMetrics;
}

const defaultContextTokens = 20_000;

/** The Navigator played by a language model. */
export function createChatNavigator(options: ChatNavigatorOptions): Navigator {
  const { backend, prompts, metrics } = options;
  return {
    description: {
      backend: backend.name,
      model: backend.model,
      promptsDigest: prompts.digest,
    },
    // A strategy that the token limit cut off is used as far as it goes: the patterns come first.
    propose: async (request, onText, signal) =>
      askModel(
        backend,
        prompts,
        {
          messages: renderConversation(
            prompts,
            request,
            options.contextTokens ?? defaultContextTokens,
          ),
          temperature: options.temperature,
          maxOutputTokens: options.maxOutputTokens,
          onText,
        },
        metrics,
        signal,
      ),
  };
}
