import type { ErrorCode } from "@collm/errors";
import type { TextKind, TokenUsage } from "@collm/search";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** 0 to 2; the paper uses 0.6 for both roles. */
  readonly temperature: number;
  /** Share of probability that tokens are drawn from, above 0 to 1; absent leaves it to the endpoint. */
  readonly topP?: number | undefined;
  /** Tokens that the model may write, reasoning included. */
  readonly maxOutputTokens: number;
  /** JSON Schema of the answer. A wish: an endpoint that cannot constrain answers ignores it. */
  readonly responseSchema?: Readonly<Record<string, unknown>> | undefined;
  /** Told each piece of text as it arrives, reasoning included; for display only. */
  readonly onText?: OnText | undefined;
}

/** Hears what a model writes, while it does. */
export type OnText = (piece: string, kind: TextKind) => void;

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
  /** Kind of the endpoint that was asked, e.g. `vllm`; in a chain the attempts are of several. */
  readonly backend: string;
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
  /** The HTTP status or the error's code; for metrics, not journaled. */
  readonly errorType?: string | undefined;
  /** What its tokens cost, where that is configured; the journal has the product. */
  readonly price?: TokenPrice | undefined;
  /** How it came over the wire; for checks of an endpoint, not journaled. */
  readonly wire?: ChatWire | undefined;
}

/** Money for a million tokens, in whatever currency the user counts in. */
export interface TokenPrice {
  readonly input: number;
  /** Of input that the endpoint had cached; absent costs as much as other input. */
  readonly cachedInput?: number | undefined;
  /** Reasoning included. */
  readonly output: number;
}

/** How an answer came over the wire. */
export interface ChatWire {
  /** Whether the endpoint streamed it, or ignored that and sent it whole. */
  readonly isStreamed: boolean;
  /** Where the chain of thought was: a field's name, `<think>` in the text, or nowhere. */
  readonly reasoningIn?: string | undefined;
  readonly hasUsage: boolean;
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
      /** What the endpoint asked to wait, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** Of the HTTP response, where there was one and it was an error. */
      readonly httpStatus?: number | undefined;
    });

/** Something that continues a conversation. Never throws for what an endpoint does. */
export interface ChatBackend {
  /** Kind of endpoint, for example `openai` or `vllm`. */
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
