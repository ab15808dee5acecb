import type { ChatBackend, ChatOutcome, ChatRequest } from "../chat-backend.js";
import { estimateConversationTokens } from "../prompts/tokens.js";
import { stopReason } from "../stop-reason.js";
import type { Limiter } from "./limiter.js";

/** Asks when the limiter gives leave. Endpoints may share one. */
export function withLimits(backend: ChatBackend, limiter: Limiter): ChatBackend {
  return {
    name: backend.name,
    model: backend.model,
    complete: async (request, signal) => {
      const leave = await limiter.acquire(estimate(request), signal);
      const nothing = { attempts: [], seconds: 0 };
      if (leave.kind === "stopped") return { kind: "failed", ...stopReason(signal), ...nothing };
      if (leave.kind === "too-long") {
        const reason = `the configured rate allows the next request in ${Math.ceil(leave.waitMs / 1_000)} s only`;
        const { waitMs: retryAfterMs } = leave;
        const code = "resource-exhausted";
        return { kind: "failed", code, reason, isRetryable: true, retryAfterMs, ...nothing };
      }
      let used: number | undefined;
      try {
        const outcome = await backend.complete(request, signal);
        used = usedTokens(outcome);
        return outcome;
      } finally {
        leave.permit.release(used);
      }
    },
  };
}

/** Endpoints count the tokens that may be written, too. */
function estimate({ messages, maxOutputTokens }: ChatRequest): number {
  return estimateConversationTokens(messages) + maxOutputTokens;
}

/** Undefined where the endpoint reports nothing, as some do: the estimate then stands. */
function usedTokens({ attempts }: ChatOutcome): number | undefined {
  const tokens = attempts.reduce(
    (sum, { usage }) => sum + usage.inputTokens + usage.outputTokens,
    0,
  );
  return tokens === 0 ? undefined : tokens;
}
