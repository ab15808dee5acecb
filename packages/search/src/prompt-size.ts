import type { Exchange } from "./events.js";

/** How long a prompt was, in characters and in the tokens that its endpoint counted. */
export interface PromptSize {
  readonly characters: number;
  readonly inputTokens: number;
}

/**
 * The size of the last prompt that was counted: how many tokens a model makes of a character. Taken
 * from the journal and told with the trajectory, so that every replica of a role estimates alike and a
 * replay asks the same. Undefined where no endpoint counted, or the request is no chat.
 */
export function promptSizeOf(exchanges: readonly Exchange[]): PromptSize | undefined {
  for (const { request, usage } of exchanges.toReversed()) {
    const characters = charactersOf(request);
    if (characters > 0 && usage.inputTokens > 0 && !usage.isEstimated) {
      return { characters, inputTokens: usage.inputTokens };
    }
  }
  return undefined;
}

/** Of the contents of all messages in a chat request's body. */
function charactersOf(request: unknown): number {
  const { body } = Object(request) as { readonly body?: unknown };
  const { messages } = Object(body) as { readonly messages?: unknown };
  if (!Array.isArray(messages)) return 0;
  return messages.reduce<number>((sum, message) => {
    const { content } = Object(message) as { readonly content?: unknown };
    return sum + (typeof content === "string" ? content.length : 0);
  }, 0);
}
