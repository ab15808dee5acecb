import type { ErrorCode } from "@collm/errors";
import type { TokenUsage } from "@collm/search";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** 0 to 2; the paper uses 0.6 for both roles. */
  readonly temperature: number;
  /** Tokens that the model may write, reasoning included. */
  readonly maxOutputTokens: number;
  /** JSON Schema of the answer. A wish: an endpoint that cannot constrain answers ignores it. */
  readonly responseSchema?: Readonly<Record<string, unknown>> | undefined;
  /** Told each piece of text as it arrives, reasoning included; for display only. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** Why there is no answer, in terms of what the caller can do. */
export type ChatFailureCode = Extract<
  ErrorCode,
  | "unavailable"
  | "resource-exhausted"
  | "deadline-exceeded"
  | "failed-precondition"
  | "invalid-argument"
  | "cancelled"
>;

/** One request to an endpoint and what came of it, as far as it came. All of it is journaled. */
export interface ChatAttempt {
  /** The body that was sent, verbatim; it holds no key. */
  readonly body: unknown;
  /** The model that says it answers; the one that was asked where none says so. */
  readonly model: string;
  /** The answer without reasoning, or the words of a refusal; empty if none came. */
  readonly text: string;
  /** Chain of thought; empty if none came. */
  readonly reasoning: string;
  /** Whether the model stopped at its token limit. */
  readonly isCutOff: boolean;
  /** As the endpoint reports it, which it does last: zero where the answer broke off. */
  readonly usage: TokenUsage;
  readonly seconds: number;
  /** Why this is no answer, without keys; absent if it is one. */
  readonly error?: string | undefined;
}

interface Attempts {
  /** Every request that was sent, in order; the last one led to this outcome. */
  readonly attempts: readonly ChatAttempt[];
  /** All attempts and the waits between them. */
  readonly seconds: number;
}

/** A model answers or does not; not answering is an expected outcome. */
export type ChatOutcome =
  | (Attempts & {
      readonly kind: "answered";
      /** The answer without reasoning; never blank. */
      readonly text: string;
    })
  | (Attempts & {
      readonly kind: "failed";
      readonly code: ChatFailureCode;
      /** One sentence for the user, without keys. */
      readonly reason: string;
      /** Whether the same request may succeed later. */
      readonly isRetryable: boolean;
    });

/** Something that continues a conversation. Never throws for what an endpoint does. */
export interface ChatBackend {
  /** For example `openai`. */
  readonly name: string;
  /** The model that is asked. */
  readonly model: string;
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatOutcome>;
}

export const noTokens: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};
