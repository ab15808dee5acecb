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

/** A model answers or does not; not answering is an expected outcome. */
export type ChatOutcome =
  | {
      readonly kind: "answered";
      /** The answer without reasoning; never blank. */
      readonly text: string;
      /** False when the model hit its token limit in the middle of the answer. */
      readonly isComplete: boolean;
      readonly usage: TokenUsage;
      /** The model that says it answered. */
      readonly model: string;
      readonly seconds: number;
      /** The body that was sent, verbatim; it holds no key. */
      readonly body: unknown;
    }
  | {
      readonly kind: "failed";
      readonly code: ChatFailureCode;
      /** One sentence for the user, without keys. */
      readonly reason: string;
      /** Whether the same request may succeed later. */
      readonly isRetryable: boolean;
      readonly seconds: number;
    };

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
