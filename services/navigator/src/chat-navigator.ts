import {
  askModel,
  type ChatBackend,
  type ChatMessage,
  type OnText,
  type PromptSet,
  type RoleDescription,
  type RoleMetrics,
  readJointAnswer,
} from "@collm/llm";
import { renderConversation } from "./conversation.js";
import { renderJointConversation } from "./joint-conversation.js";
import type { Navigator } from "./navigator.js";

export interface ChatNavigatorOptions {
  readonly description: RoleDescription;
  readonly backend: ChatBackend;
  readonly prompts: PromptSet;
  readonly temperature: number;
  /** Absent leaves it to the endpoint. */
  readonly topP?: number | undefined;
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
  const { description, backend, prompts, metrics, contextTokens = defaultContextTokens } = options;
  const ask = (messages: readonly ChatMessage[], onText: OnText, signal: AbortSignal) => {
    const { temperature, topP, maxOutputTokens } = options;
    const request = { messages, temperature, topP, maxOutputTokens, onText };
    return askModel(backend, prompts, request, metrics, signal);
  };
  return {
    description,
    // A strategy that the token limit cut off is used as far as it goes: the patterns come first.
    propose: async (request, onText, signal) =>
      ask(renderConversation(prompts, request, contextTokens), onText, signal),
    // No schema can constrain an answer that begins with prose; its candidates are read leniently.
    proposeWithCandidates: async (request, onText, signal) => {
      const messages = renderJointConversation(prompts, request, contextTokens);
      const answer = await ask(messages, onText, signal);
      if (answer.kind === "failed") return answer;
      return readJointAnswer(request, answer.value, answer.exchanges, metrics);
    },
  };
}
