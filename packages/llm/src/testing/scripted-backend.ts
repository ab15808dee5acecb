import {
  type ChatAttempt,
  type ChatBackend,
  type ChatFailureCode,
  type ChatOutcome,
  type ChatRequest,
  noTokens,
} from "../chat-backend.js";

/** What a scripted backend does with one question: an answer, or why there is none. */
export type ScriptedOutcome =
  | string
  | {
      readonly code: ChatFailureCode;
      readonly isRetryable?: boolean;
      readonly retryAfterMs?: number;
    };

/** A question for tests. */
export const question: ChatRequest = {
  messages: [{ role: "user", content: "Say hello." }],
  temperature: 0.6,
  maxOutputTokens: 100,
};

/** Gives the outcomes one after the other, the last one for ever; each costs one attempt. */
export function scriptedBackend(
  name: string,
  outcomes: readonly ScriptedOutcome[],
  usage = noTokens,
): ChatBackend & { readonly asked: number } {
  let asked = 0;
  return {
    name,
    model: `${name}-model`,
    get asked() {
      return asked;
    },
    complete: async (): Promise<ChatOutcome> => {
      const outcome = outcomes[Math.min(asked++, outcomes.length - 1)] ?? "";
      const attempt: ChatAttempt = {
        backend: name,
        body: {},
        model: `${name}-model`,
        text: typeof outcome === "string" ? outcome : "",
        reasoning: "",
        isCutOff: false,
        usage,
        seconds: 0,
        ...(typeof outcome === "string" ? {} : { error: outcome.code }),
      };
      const attempts = [attempt];
      if (typeof outcome === "string") {
        return { kind: "answered", text: outcome, attempts, seconds: 0 };
      }
      const { code, isRetryable = true, retryAfterMs } = outcome;
      const reason = `${name} ${code}`;
      return { kind: "failed", code, reason, isRetryable, retryAfterMs, attempts, seconds: 0 };
    },
  };
}
