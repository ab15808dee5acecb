import type { TokenUsage } from "@collm/search";
import type { ChatAttempt, TokenPrice } from "./chat-backend.js";
import { estimateTokens } from "./prompts/tokens.js";

/** What an attempt used as the endpoint reports it; estimated from the texts where it reports nothing. */
export function countedUsage({ usage, body, text, reasoning }: ChatAttempt): TokenUsage {
  const isReported = usage.inputTokens + usage.outputTokens > 0;
  // Nothing came back: nobody knows whether anything was charged.
  if (isReported || text + reasoning === "") return usage;
  const reasoningTokens = estimateTokens(reasoning);
  return {
    inputTokens: estimateTokens(JSON.stringify(body)),
    cachedInputTokens: 0,
    outputTokens: estimateTokens(text) + reasoningTokens,
    reasoningTokens,
    isEstimated: true,
  };
}

/** What tokens cost, in the currency of the price. Cached input is a part of the input. */
export function costOf(usage: TokenUsage, price: TokenPrice): number {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const { input, cachedInput = input, output } = price;
  return (
    ((usage.inputTokens - cached) * input + cached * cachedInput + usage.outputTokens * output) /
    1e6
  );
}
