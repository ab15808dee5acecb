import type { TokenUsage } from "@collm/search";
import type OpenAI from "openai";
import { noTokens } from "../chat-backend.js";
import type { Failure } from "./failure.js";
import { withoutThinking } from "./thinking.js";

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/** What vLLM, DeepSeek, Ollama and others add; the field was renamed between versions. */
interface ReasoningDelta {
  readonly reasoning?: string | null;
  readonly reasoning_content?: string | null;
}

export type ReadAnswer =
  | {
      readonly kind: "answered";
      readonly text: string;
      readonly isComplete: boolean;
      readonly usage: TokenUsage;
      readonly model?: string | undefined;
    }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Ten times the longest honest answer; a stream that never ends must not fill the memory. */
const maxAnswerCharacters = 1_000_000;

/** Puts a streamed answer together. Throws what the stream throws. */
export async function readAnswer(
  chunks: AsyncIterable<Chunk>,
  onText: (piece: string) => void,
): Promise<ReadAnswer> {
  let content = "";
  let refusal = "";
  let characters = 0;
  let finish: string | undefined;
  let usage = noTokens;
  let model: string | undefined;
  for await (const chunk of chunks) {
    model = typeof chunk.model === "string" && chunk.model !== "" ? chunk.model : model;
    if (chunk.usage) usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    finish = choice.finish_reason ?? finish;
    const delta = choice.delta as typeof choice.delta & ReasoningDelta;
    const reasoning = delta?.reasoning ?? delta?.reasoning_content ?? "";
    const answer = delta?.content ?? "";
    refusal += delta?.refusal ?? "";
    content += answer;
    characters += reasoning.length + answer.length;
    if (characters > maxAnswerCharacters) {
      return failed(`the answer is longer than ${maxAnswerCharacters} characters`, false);
    }
    for (const piece of [reasoning, answer]) if (piece !== "") onText(piece);
  }
  return judge(withoutThinking(content), refusal.trim(), finish, usage, model);
}

function judge(
  text: string,
  refusal: string,
  finish: string | undefined,
  usage: TokenUsage,
  model: string | undefined,
): ReadAnswer {
  if (text === "" && (refusal !== "" || finish === "content_filter")) {
    return failed(`the model refused: ${refusal.slice(0, 300) || "content filter"}`, false);
  }
  // Without a finish reason the connection ended first, however politely.
  if (finish === undefined) {
    const reason = "the stream ended before the answer did";
    return { kind: "failed", failure: { code: "unavailable", reason, isRetryable: true } };
  }
  if (text === "") {
    return finish === "length"
      ? failed("the model reached its token limit before it began to answer", false)
      : failed("the model said nothing", true);
  }
  return { kind: "answered", text, isComplete: finish !== "length", usage, model };
}

/** The endpoint works, its answer does not; `unavailable` would make callers wait for it. */
function failed(reason: string, isRetryable: boolean): ReadAnswer {
  return { kind: "failed", failure: { code: "failed-precondition", reason, isRetryable } };
}

function usageOf(usage: OpenAI.CompletionUsage): TokenUsage {
  return {
    inputTokens: count(usage.prompt_tokens),
    cachedInputTokens: count(usage.prompt_tokens_details?.cached_tokens),
    outputTokens: count(usage.completion_tokens),
    reasoningTokens: count(usage.completion_tokens_details?.reasoning_tokens),
  };
}

/** The journal takes whole numbers only, whatever an endpoint reports. */
function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}
