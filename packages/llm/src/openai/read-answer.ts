import type { TokenUsage } from "@collm/search";
import type OpenAI from "openai";
import { type ChatWire, noTokens, type OnText } from "../chat-backend.js";
import { wholeAnswer } from "./as-stream.js";
import type { Failure } from "./failure.js";
import { createThoughtWatch, joinTexts, splitThinking } from "./thinking.js";

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/** What vLLM, DeepSeek, Ollama and others add; the field was renamed between versions. */
interface ReasoningDelta {
  readonly reasoning?: string | null;
  readonly reasoning_content?: string | null;
}

/** What DeepSeek calls its cached input. */
interface DeepSeekUsage {
  readonly prompt_cache_hit_tokens?: number;
}

/** What came of a request: all of the answer, or what there was before it failed. */
export interface ReadAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly isCutOff: boolean;
  readonly usage: TokenUsage;
  readonly model?: string | undefined;
  /** The endpoint's own name for the answer. */
  readonly responseId?: string | undefined;
  /** Why the model stopped, in the endpoint's words. */
  readonly finish?: string | undefined;
  /** Absent where nothing came. */
  readonly wire?: ChatWire | undefined;
  /** Why it is no answer; absent if it is one. */
  readonly failure?: Failure | undefined;
}

/** Ten times the longest honest answer; a stream that never ends must not fill the memory. */
const maxAnswerCharacters = 1_000_000;

/** What came of a request that was refused before anything streamed. */
export function nothingRead(failure: Failure): ReadAnswer {
  return { text: "", reasoning: "", isCutOff: false, usage: noTokens, failure };
}

/**
 * Puts a streamed answer together. A stream that throws leaves what it had given.
 *
 * @param failureOf sorts what the stream throws
 */
export async function readAnswer(
  chunks: AsyncIterable<Chunk>,
  onText: OnText,
  failureOf: (thrown: unknown) => Failure,
): Promise<ReadAnswer> {
  let content = "";
  let reasoning = "";
  let refusal = "";
  let finish: string | undefined;
  let usage = noTokens;
  let model: string | undefined;
  let responseId: string | undefined;
  let failure: Failure | undefined;
  let isStreamed = true;
  let reasoningIn: string | undefined;
  let hasUsage = false;
  const kindOf = createThoughtWatch();
  try {
    for await (const chunk of chunks) {
      if ((chunk.object as string) === wholeAnswer) isStreamed = false;
      model = typeof chunk.model === "string" && chunk.model !== "" ? chunk.model : model;
      responseId ??= textOf(chunk.id) || undefined;
      if (chunk.usage) {
        usage = usageOf(chunk.usage);
        hasUsage = true;
      }
      const choice = chunk.choices?.[0];
      if (!choice) continue;
      finish = choice.finish_reason ?? finish;
      const delta = choice.delta as typeof choice.delta & ReasoningDelta;
      const thought = textOf(delta?.reasoning) || textOf(delta?.reasoning_content);
      const answer = textOf(delta?.content);
      if (thought !== "")
        reasoningIn = textOf(delta?.reasoning) ? "reasoning" : "reasoning_content";
      reasoning += thought;
      content += answer;
      refusal += textOf(delta?.refusal);
      if (reasoning.length + content.length + refusal.length > maxAnswerCharacters) {
        failure = failed(`the answer is longer than ${maxAnswerCharacters} characters`, false);
        break;
      }
      if (thought !== "") onText(thought, "reasoning");
      if (answer !== "") onText(answer, kindOf(answer));
    }
  } catch (error) {
    failure = failureOf(error);
  }
  const split = splitThinking(content);
  return {
    text: split.answer || refusal.trim(),
    reasoning: joinTexts([reasoning, split.reasoning]),
    isCutOff: finish === "length",
    usage,
    model,
    responseId,
    finish,
    wire: {
      isStreamed,
      reasoningIn: reasoningIn ?? (split.reasoning === "" ? undefined : "<think>"),
      hasUsage,
    },
    failure: failure ?? judge(split.answer, refusal.trim(), finish),
  };
}

/** A gateway may send an object where a text belongs. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function judge(text: string, refusal: string, finish: string | undefined): Failure | undefined {
  if (text === "" && (refusal !== "" || finish === "content_filter")) {
    return failed(`the model refused: ${refusal || "content filter"}`, false);
  }
  // Without a finish reason the connection ended first, however politely.
  if (finish === undefined) {
    const reason = "the stream ended before the answer did";
    return { code: "unavailable", reason, isRetryable: true };
  }
  if (text !== "") return undefined;
  return finish === "length"
    ? failed("the model reached its token limit before it began to answer", false)
    : failed("the model said nothing", true);
}

/** The endpoint works, its answer does not; `unavailable` would make callers wait for it. */
function failed(reason: string, isRetryable: boolean): Failure {
  return { code: "failed-precondition", reason, isRetryable };
}

function usageOf(usage: OpenAI.CompletionUsage & DeepSeekUsage): TokenUsage {
  return {
    inputTokens: count(usage.prompt_tokens),
    cachedInputTokens: count(
      usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens,
    ),
    outputTokens: count(usage.completion_tokens),
    reasoningTokens: count(usage.completion_tokens_details?.reasoning_tokens),
  };
}

/** The journal takes whole numbers only, whatever an endpoint reports. */
function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}
