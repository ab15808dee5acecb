import type { TrajectoryIteration } from "@collm/search";
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

/** Estimates the tokens of a conversation before it is sent. */
export type TokenEstimate = (messages: readonly ChatMessage[]) => number;

export const estimateConversationTokens: TokenEstimate = (messages) =>
  messages.reduce((sum, { content }) => sum + estimateTokens(content) + perMessage, 0);

/** Rounds whose prompts are looked at; the densest counts, since prompts get richer in digits. */
const observedRounds = 3;
/** What the next prompt may have more tokens to a character than those before. */
const margin = 1.1;

/**
 * The estimate that fits the model which played the last rounds: its tokens to a character, as its
 * endpoint counted them. It follows from the trajectory alone, so all replicas estimate alike.
 * Without a count it is {@link estimateConversationTokens}.
 */
export function calibratedEstimate(trajectory: readonly TrajectoryIteration[]): TokenEstimate {
  const sizes = trajectory.flatMap(({ promptSize }) => promptSize ?? []).slice(-observedRounds);
  if (sizes.length === 0) return estimateConversationTokens;
  const tokensPerCharacter = Math.max(
    ...sizes.map(({ characters, inputTokens }) => inputTokens / characters),
  );
  return (messages) => {
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
    return Math.ceil(margin * tokensPerCharacter * characters) + perMessage * messages.length;
  };
}
