import { CollmError } from "@collm/errors";
import type { Exchange } from "@collm/search";
import type { ChatBackend, ChatRequest } from "./chat-backend.js";
import { chatExchange } from "./exchange.js";
import type { PromptSet } from "./prompts/prompt-set.js";
import type { RoleMetrics } from "./role-metrics.js";

/** An answer and the record of how it came about. */
export interface ModelAnswer {
  readonly text: string;
  readonly exchange: Exchange;
}

/**
 * Asks a model on behalf of a role. A model that does not answer is an error here, since a role
 * cannot go on without: its code becomes the gRPC status, and the coordinator goes on without
 * the role.
 *
 * @throws CollmError with the outcome's code (an unreachable endpoint is `failed-precondition`)
 *   and reason
 */
export async function askModel(
  backend: ChatBackend,
  prompts: PromptSet,
  request: ChatRequest,
  metrics: RoleMetrics,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const outcome = await backend.complete(request, signal);
  if (outcome.kind === "failed") {
    metrics.failed(outcome.code, outcome.seconds);
    // `unavailable` would say that the role cannot be reached, and callers would ask again for a
    // while; the role is there, and the backend has already tried its endpoint as often as it may.
    const code = outcome.code === "unavailable" ? "failed-precondition" : outcome.code;
    throw new CollmError(code, `${backend.name} (${backend.model}): ${outcome.reason}`);
  }
  metrics.answered(outcome.usage, outcome.seconds);
  return { text: outcome.text, exchange: chatExchange(backend, prompts, outcome) };
}
