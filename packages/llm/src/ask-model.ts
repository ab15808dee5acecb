import type { RoleAnswer } from "@collm/search";
import type { ChatBackend, ChatRequest } from "./chat-backend.js";
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
  for (const [i, attempt] of outcome.attempts.entries()) {
    const { body, errorType } = attempt;
    const requestModel = String(Object(body).model ?? attempt.model);
    metrics.attempted({ ...attempt, ...exchanges[i], requestModel, errorType });
  }
  if (outcome.kind === "failed") {
    metrics.failed(outcome.code, outcome.seconds);
    const reason = `${backend.name} (${backend.model}): ${outcome.reason}`;
    return { kind: "failed", reason, exchanges };
  }
  metrics.answered(outcome.seconds);
  return { kind: "answered", value: outcome.text, exchanges };
}
