import type { ChatAttempt, ChatBackend, ChatOutcome } from "../chat-backend.js";

/**
 * Endpoints in the order they are asked: the next one where one gives no answer. A model's refusal
 * is no answer, and what one endpoint takes for a wrong request another may take.
 *
 * @param backends at least one; the first gives its name
 */
export function createChain(backends: readonly [ChatBackend, ...ChatBackend[]]): ChatBackend {
  const [first, ...others] = backends;
  if (others.length === 0) return first;
  return {
    name: first.name,
    model: first.model,
    complete: async (request, signal) => {
      const attempts: ChatAttempt[] = [];
      const reasons: string[] = [];
      let seconds = 0;
      let last: ChatOutcome | undefined;
      for (const backend of backends) {
        const outcome = await backend.complete(request, signal);
        attempts.push(...outcome.attempts);
        seconds += outcome.seconds;
        last = { ...outcome, attempts, seconds };
        if (outcome.kind === "answered") return last;
        const who = backend === first ? "" : `${backend.name} (${backend.model}): `;
        reasons.push(`${who}${outcome.reason}`);
        if (signal.aborted) break;
      }
      // There is a first endpoint, so there is a last outcome.
      return { ...(last as ChatOutcome & { kind: "failed" }), reason: reasons.join("; ") };
    },
  };
}
