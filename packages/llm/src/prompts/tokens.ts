import type { ChatMessage } from "../chat-backend.js";

/**
 * A rough upper estimate of the tokens of a text, for budgets. Letters come about four to a
 * token; digits and punctuation, which architectures consist of, often one by one (Qwen and
 * Llama split numbers into digits).
 */
export function estimateTokens(text: string): number {
  const letters = text.match(/[A-Za-z\s]/g)?.length ?? 0;
  return Math.ceil(letters / 4 + 0.8 * (text.length - letters));
}

/** Tokens around each message: role and separators. */
const perMessage = 6;

export function estimateConversationTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + perMessage, 0);
}
