import type { RoleAnswer, TokenUsage } from "@collm/search";
import { type ChatBackend, type ChatOutcome, type ChatRequest, noTokens } from "./chat-backend.js";
import { chatExchange } from "./exchange.js";
import type { PromptSet } from "./prompts/prompt-set.js";
import type { RoleMetrics } from "./role-metrics.js";

/**
 * Asks a model on behalf of a role. The answer carries one exchange for every request that was
 * made, and so does a failure: what was spent on it is in the journal too.
 */
export async function askModel(
  backend: ChatBackend,
  prompts: PromptSet,
  request: ChatRequest,
  metrics: RoleMetrics,
  signal: AbortSignal,
): Promise<RoleAnswer<string>> {
  const outcome = await backend.complete(request, signal);
  const exchanges = outcome.attempts.map((attempt) => chatExchange(prompts, attempt));
  const usage = usageOf(outcome);
  for (const attempt of outcome.attempts) metrics.attempted(attempt);
  if (outcome.kind === "failed") {
    metrics.failed(outcome.code, usage, outcome.seconds);
    const reason = `${backend.name} (${backend.model}): ${outcome.reason}`;
    return { kind: "failed", reason, exchanges };
  }
  metrics.answered(usage, outcome.seconds);
  return { kind: "answered", value: outcome.text, exchanges };
}

function usageOf({ attempts }: ChatOutcome): TokenUsage {
  return attempts.reduce(
    (sum, { usage }) => ({
      inputTokens: sum.inputTokens + usage.inputTokens,
      cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
      reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
    }),
    noTokens,
  );
}
